"""Questions to the database, one noun a module. They read what they are asked and never commit."""
