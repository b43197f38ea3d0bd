"""The error tree of Twinwatch: everything that a person may cause or mend.

TwinwatchError
├── SettingsError   a setting, a file of settings or an environment variable is wrong
├── SeedError       a data file (outlet, family, locality, word list) is wrong
├── InputError      an argument or an input file of a command is wrong
└── HeldError       digests are held until a person confirms that they may be sent

The database's own errors are `storage.errors.StoreError`, as `storage` imports nothing of ours; a picture that cannot
be painted on this machine is a `monitor.fonts.PictureError`, which stops no digest.
"""


class TwinwatchError(Exception):
    """A fault that a person can mend; shown as one line, without a traceback.

    `what` says what is wrong, `where` names the file, setting or address, `advice` says what to do. `reason` names the
    refusal for whoever says it in another language than English.
    """

    def __init__(self, what: str, *, where: str = "", advice: str = "", reason: str = "") -> None:
        self.what, self.where, self.advice, self.reason = what, where, advice, reason
        head = f"{where}: {what}" if where else what
        super().__init__(f"{head} ({advice})" if advice else head)


class SettingsError(TwinwatchError):
    """A setting is wrong."""


class SeedError(TwinwatchError):
    """A data file is wrong."""


class InputError(TwinwatchError):
    """An argument or an input file is wrong."""


class HeldError(TwinwatchError):
    """Nothing is composed or handed over until a person says that it may be."""
