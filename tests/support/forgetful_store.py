"""An object store that loses every object it has just written."""

from services.objects import ObjectStore, Stored


class ForgetfulStore(ObjectStore):
    """As one that is restarted between writing an object and reading it back."""

    def size_and_digest(self, key: str) -> Stored:
        self.delete(key)
        return super().size_and_digest(key)
