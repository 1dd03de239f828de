"""An object store that loses every object it has just written."""

from services.objects import ContentDigest, ObjectStore


class ForgetfulStore(ObjectStore):
    """As one that is restarted between writing an object and reading it back."""

    def size_and_digest(self, key: str) -> ContentDigest:
        self.delete(key)
        return super().size_and_digest(key)
