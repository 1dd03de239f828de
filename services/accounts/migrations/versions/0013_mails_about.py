"""A sent mail says what alone it tells of."""

from services.mail import migrations

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
upgrade = migrations.add_about
downgrade = migrations.drop_about
