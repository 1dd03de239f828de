"""What candidates, staff and jobs do with pieces; the only code that writes to the database and the
object store."""
