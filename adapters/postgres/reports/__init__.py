"""The statements behind the reports, each with its columns in the order of `core.domain.report`."""
