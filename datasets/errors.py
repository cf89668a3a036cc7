"""The errors of the store of crops, labels, versions and models, as one tree.

StoreError
├── StoreFullError        no room left on the disk; nothing of the label was kept
├── DomainError           a store, a version or a model of another domain than the one that is asked for
├── LabelError            a label that contradicts itself or is out of range (also a ValueError)
├── LabelMovedError       the label has changed since it was looked at; nothing was changed
├── LabelProvenError      an unproven label would replace another one; nothing was changed
├── CropError             a picture that cannot be kept, or bytes that are not the crop they are named after
│                         (also a ValueError)
├── UnknownSampleError    no such sample in this store (also a LookupError)
├── UnknownActionError    no action on tags and metadata that could be taken back (also a LookupError)
├── UnknownSearchError    no saved search of that name (also a LookupError)
├── SearchNameError       another saved search has that name; nothing was changed
├── IndexUnavailableError the database does not answer; spool and bucket are not affected
├── ChampionError         about the models in the store and which of them serves
│   ├── ModelDamagedError      a model whose files do not match its hashes, here or in the store
│   ├── ForeignModelError      a model of another domain than the store's (also a DomainError)
│   ├── UnknownModelError      no such model in the store (also a LookupError)
│   ├── ChampionMovedError     the champion has changed since the caller looked; nothing was changed
│   └── ChampionUnsignedError  an entry that does not carry the signature of the store's key
├── LeaseLostError        another machine has taken the lease over; the protected work must stop
├── CycleRequestError     a request for a cycle that makes no sense, or that is damaged
├── ChainDamagedError     an entry of a numbered chain that cannot be read
└── ObjectError           about one object in a folder or bucket
    ├── ObjectMissingError     there is no object of that name
    ├── ObjectConflictError    an object of that name is there with other bytes
    ├── ObjectDamagedError     it has more bytes than any of its kind, or is no regular file (also a ValueError)
    └── BucketUnavailableError the bucket does not answer, or refuses; worth another try later
"""

__all__ = [
    "BucketUnavailableError",
    "ChainDamagedError",
    "ChampionError",
    "ChampionMovedError",
    "ChampionUnsignedError",
    "CropError",
    "CycleRequestError",
    "DomainError",
    "ForeignModelError",
    "IndexUnavailableError",
    "LabelError",
    "LabelMovedError",
    "LabelProvenError",
    "LeaseLostError",
    "ModelDamagedError",
    "ObjectConflictError",
    "ObjectDamagedError",
    "ObjectError",
    "ObjectMissingError",
    "SearchNameError",
    "StoreError",
    "StoreFullError",
    "UnknownActionError",
    "UnknownModelError",
    "UnknownSampleError",
    "UnknownSearchError",
]


class StoreError(Exception):
    """An error of the store; its message is one line for people."""


class StoreFullError(StoreError):
    """The disk (or its quota) is full; nothing of the label was kept."""


class DomainError(StoreError):
    """A store, a version or a model belongs to another domain than the one that is asked for; nothing was changed."""


class LabelError(StoreError, ValueError):
    """A label that contradicts itself or is out of range, such as a correction without text."""


class LabelMovedError(StoreError):
    """The label has changed since it was looked at; nothing was changed."""


class LabelProvenError(StoreError):
    """An unproven label would take the place of another one; nothing was changed."""


class CropError(StoreError, ValueError):
    """A picture that cannot be kept, or bytes that are not the crop they are named after."""


class UnknownSampleError(StoreError, LookupError):
    """The store holds no live sample of that digest."""


class UnknownActionError(StoreError, LookupError):
    """There is no such action on tags and metadata that could be taken back."""


class UnknownSearchError(StoreError, LookupError):
    """There is no saved search of that name."""


class SearchNameError(StoreError):
    """Another saved search has that name; nothing was changed."""


class IndexUnavailableError(StoreError):
    """The database does not answer. Labels are safe: the database is an index only."""


class ChampionError(StoreError):
    """An error about the models in the store, or which of them serves."""


class ModelDamagedError(ChampionError):
    """A model whose files do not match its hashes, or a folder that holds no whole model."""


class ForeignModelError(ChampionError, DomainError):
    """A model reads another domain than the store's; nothing was changed."""


class UnknownModelError(ChampionError, LookupError):
    """The store holds no model of that digest."""


class ChampionMovedError(ChampionError):
    """The champion has changed since the caller looked; nothing was changed."""


class ChampionUnsignedError(ChampionError):
    """An entry of the champions or the shadow does not carry the signature of the store's key."""


class NotYoursError(StoreError):
    """A change of crops that somebody may look at and not touch; nothing was changed."""


class LeaseLostError(StoreError):
    """Another machine has taken the lease over; the work that it protects must stop."""


class CycleRequestError(StoreError):
    """A request for a cycle that makes no sense, or that is damaged."""


class CycleBegunError(StoreError):
    """A request for a cycle cannot be taken back: a worker has begun with it."""


class ChainDamagedError(StoreError):
    """An entry of a numbered chain that cannot be read."""


class ObjectError(StoreError):
    """An error about one object in a folder or bucket."""


class ObjectMissingError(ObjectError, LookupError):
    """There is no object of that name."""


class ObjectDamagedError(ObjectError, ValueError):
    """An object that is not read: it has more bytes than any of its kind, or is no regular file."""


class ObjectConflictError(ObjectError):
    """An object of that name is there already, with other bytes."""


class BucketUnavailableError(ObjectError):
    """The bucket does not answer, or refuses. Worth another try later."""
