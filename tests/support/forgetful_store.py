"""A store that takes what it is given and knows nothing of it when asked."""

from services.objects import ObjectStore, Stored


class ForgetfulStore(ObjectStore):
    """As one that is restarted between the writing and the reading back."""

    def size_and_digest(self, key: str) -> Stored:
        self.delete(key)
        return super().size_and_digest(key)
