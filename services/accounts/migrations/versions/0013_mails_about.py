"""A sent mail says what alone it tells of."""

from services.mail import migrations

revision = "0013"
down_revision = "0012"
upgrade = migrations.add_about
downgrade = migrations.drop_about
