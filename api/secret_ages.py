"""The secrets of a deployment: where its key comes from, and how old what it protects is."""

from api.deployment import Deployment
from api.views.secrets import KeyView, SecretsView, secrets_view
from revrec.problems import SettingInvalid
from revrec.secrets import Vault


def secrets_of(deployment: Deployment) -> SecretsView:
    """The ages of all secrets. A key that cannot be used is told, not raised."""
    vault: Vault | None = None
    problem = ""
    try:
        vault = deployment.vault
    except SettingInvalid as wrong:
        problem = wrong.message
    key = KeyView(source=_source(deployment), keys=vault.keys if vault else 0, problem=problem)
    with deployment.store.read() as session:
        return secrets_view(session, key, vault, deployment.now())


def _source(deployment: Deployment) -> str:
    if deployment.config.secret_key:
        return "REVREC_SECRET_KEY"
    if deployment.config.secret_key_file:
        return "REVREC_SECRET_KEY_FILE"
    return "the file secret.key in the data folder" if deployment.config.embedded else "nowhere"
