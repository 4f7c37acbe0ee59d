"""`revrec config`, `revrec secret-key`: the deployment's own settings."""

from api.cli.output import print_json, print_table
from api.cli.session import Json
from revrec.config import SETTINGS, load_config
from revrec.secrets import new_key


def show_config(as_json: Json = False) -> None:
    """Show the deployment settings in force, without keys and passwords."""
    config = load_config()
    values = config.describe()
    if as_json:
        print_json(values)
        return
    rows = [[setting.variable, values[setting.name], setting.meaning] for setting in SETTINGS]
    print_table(["setting", "value", "meaning"], rows)
    if config.embedded and not config.secret_key and config.secret_key_file is None:
        print(f"Credentials are encrypted with the key in {config.data_dir / 'secret.key'}. Back it up.")


def secret_key() -> None:
    """Print a fresh key for REVREC_SECRET_KEY."""
    print(new_key())
