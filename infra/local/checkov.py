"""Runs checkov over the templates. A finding that is right as it is has a reason below; every other one fails.

checkov wants older versions of packages that the other tools use, so it has a virtual environment of its own
(requirements-checkov.txt).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import bootstrap
from build import REPOSITORY

# A check of checkov, alone or with the one resource that it is about, and why the template does not follow it.
EXCEPTIONS = {
    "CKV_AWS_18": "an access log of a bucket would be a second log of identifiers; CloudTrail records data events",
    "CKV_AWS_21 ReportsBucket": "it holds files that can be made again, and a deleted file should be gone",
    "CKV_AWS_26": "an alarm names a function or a queue, never a person",
    "CKV_AWS_27": "SQS encrypts every queue with its own key; only the queues that hold addresses use ours",
    "CKV_AWS_115": "reserved concurrency is a parameter: a new account has too little to reserve any",
    "CKV_AWS_116": "a failed call becomes a dead letter; that of campaign is repeated by the next minute",
    "CKV_AWS_158": "logs name no person, and CloudWatch encrypts them with its own key",
    "CKV_AWS_173": "the variables hold names and addresses of resources, and no secret",
}


def failures(report: dict) -> list[str]:
    """A sentence for each finding without an exception, and for each exception without a finding."""
    found = report["results"]["failed_checks"]
    sentences = [
        f"{one['check_id']} {one['resource']}: {one['check_name']}"
        for one in found
        if not _names(one) & set(EXCEPTIONS)
    ]
    unneeded = set(EXCEPTIONS).difference(*map(_names, found))
    return sorted(sentences) + [f"{name} has an exception and no finding" for name in sorted(unneeded)]


def _names(finding: dict) -> set[str]:
    """The names that an exception may have for a finding."""
    return {finding["check_id"], f"{finding['check_id']} {finding['resource'].rsplit('.', 1)[-1]}"}


def main() -> int:
    python = bootstrap.environment("requirements-checkov.txt", venv=bootstrap.CHECKOV_VENV)
    # checkov reads the template beside the name that it prints, and looks for nothing on the network.
    command = [
        *(str(python), str(Path(python).with_name("checkov")), "--framework", "cloudformation"),
        *("--file", "infra/template.yaml", "infra/merchant-uploads.yaml"),
        *("--output", "json", "--quiet", "--skip-download"),
    ]
    answer = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    try:
        report = json.loads(answer.stdout)
        sentences = failures(report)
    except (ValueError, KeyError, TypeError):
        print(f"checkov gave no report:\n{answer.stdout}{answer.stderr}", file=sys.stderr)
        return 1
    if report["summary"]["parsing_errors"]:
        sentences.append("checkov cannot read the template")
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
