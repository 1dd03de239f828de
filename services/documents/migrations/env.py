from flask import current_app

from services.chassis.database.migrations import run

run(current_app.extensions["migrate"].db)
