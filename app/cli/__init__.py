"""The command line: the same services as the pages, for machines and for people who like to type.

Who acts is said with ``--as EMAIL``; the services check that seat's role as they do for a page. Results go to standard
output, errors to standard error. Exit codes: 0 done, 1 refused or not true, 2 the command was not understood.
"""

from __future__ import annotations

import click

from app.cli import audiences, blind_count, blinding, documents, evidence, keys, operating, periods, serving


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tandem")
def main() -> None:
    """Tandem: where brands that market together agree, measure and settle."""


for module in (serving, operating, audiences, blinding, blind_count, keys, evidence, periods, documents):
    module.register(main)
