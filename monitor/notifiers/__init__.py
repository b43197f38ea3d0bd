"""Code that hands a rendered digest over: one module per notifier."""
