"""The HTTP API: `app.create_app` makes it, `serving.run_server` runs it."""
