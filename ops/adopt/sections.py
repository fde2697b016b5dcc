"""What each section of the report says, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from modules import facts
from ops.adopt import guide
from ops.adopt.adoption import Adoption
from ops.adopt.commands import command
from ops.adopt.finds import Find, Listener
from ops.adopt.looks.alarms import METRIC
from ops.adopt.wanted import Wanted
from ops.review.judges import kind_of
from ops.review.judges.routing import endpoint
from ops.review.values import clipped, counted, one_line
from ops.review.verdicts import ORDER, Effect, Verdict

MOST = 20
_LONGEST, _SHORT = 200, 70
_EFFECTS = {Effect.UNCLEAR: "cannot be judged", Effect.UNAFFECTED: "without effect on alerting"}

Lines = Iterable[str]


def choice(found: Adoption, environment: str) -> Lines:
    """What becomes of the topic with the subscribers."""
    if found.choice is None:
        return
    topic, wanted = found.choice.topic, _name(found.wanted, guide.TOPIC_ADDRESS)
    yield f"The topic {topic} has {counted(found.choice.confirmed, 'confirmed subscriber')}."
    yield f"The stack makes {wanted} beside it, where everybody would have to confirm again."
    yield f"To keep the topic with its subscribers, set in config/{environment}.yaml:"
    yield f"    routes: {{critical: {{topic_name: {topic}}}}}"
    yield f"then run `make synth ENV={environment}`, and this again."
    yield f"To let it go, set topic_name: {wanted}."


def _name(wanted: Wanted, address: str) -> str:
    return next((str(one.get("name")) for one in wanted.resources if one.address == address), address)


def obstacles(found: Adoption) -> Lines:
    """What bears a name of the stack and cannot be taken over as it is."""
    for find in found.obstacles:
        yield f"{find.address}: {_called(find)} {find.obstacle}"
        yield f"    {find.mend}"
    for one in found.listeners:
        if one.is_doubtful:
            yield f"{one.address}: may be {_listener(one)}; a variable says it, and it is not set here"
            yield "    set TF_VAR_pagerduty_integration_url as for Terraform, and run this again"


def gaps(found: Adoption) -> Lines:
    """What AWS did not let us see, and what may therefore exist."""
    for gap in found.gaps:
        addresses = [one for one in found.unknown if one.partition(".")[0] in gap.types]
        yield gap.why
        if addresses:
            yield f"    whether these exist is not known: {_listed(addresses)}"
    if found.unsought:
        yield f"adoption knows no way to look for {', '.join(found.unsought)}"


def changed(found: Adoption) -> Lines:
    """The most serious first, one address after the other."""
    changed = [(address, verdicts) for address, verdicts in found.changes.items() if verdicts]
    for address, verdicts in sorted(changed, key=lambda pair: (ORDER[pair[1][0].effect], pair[0])):
        yield f"{address}: {_called(found.imported[address])}"
        yield from (f"    {line}" for line in _never_fired(found.imported[address]))
        yield from (f"    {_verdict(one)}" for one in verdicts)


def _verdict(one: Verdict) -> str:
    change = " → ".join(filter(None, (one.old, one.new)))
    if one.effect is Effect.UNAFFECTED:
        change = clipped(change, _SHORT)
    text = " ".join(filter(None, (f"{_EFFECTS.get(one.effect, one.effect.value)}:", one.text, one.item)))
    return ". ".join(filter(None, (text + (f": {change}" if change else ""), one.note.rstrip("."))))


def _never_fired(find: Find) -> Lines:
    """The setup script's alarm on errors, for one."""
    namespace, name = (str((find.values or {}).get(key)) for key in ("namespace", "metric_name"))
    known = {one.namespace for one in facts.metrics()}
    if find.type == METRIC and namespace in known and facts.metric(namespace, name) is None:
        yield f"note: AWS publishes no metric {namespace} {name}, so it never fired"


def kept(found: Adoption) -> Lines:
    """What stays as it is."""
    kept = [address for address, verdicts in found.changes.items() if not verdicts]
    return _capped(f"{address}: {_called(found.imported[address])}" for address in sorted(kept))


def uncompared(found: Adoption) -> Lines:
    """What exists, and could not be read in full."""
    return _capped(address for address in found.imported if address not in found.changes)


def pending(found: Adoption) -> Lines:
    """Subscribers who have not confirmed."""
    for one in found.listeners:
        if not one.arn:
            then = "the first apply subscribes it anew, and AWS asks it again to confirm"
            text = f"{_listener(one)} has not confirmed"
            yield f"{text}: {then}" if one.address else f"{text}, and is not in config/"


def replaced(found: Adoption) -> Lines:
    """What has a successor under another name."""
    for one in found.replaced:
        lost = "; its events go with it" if one.old.type == "aws_cloudwatch_log_group" else ""
        yield f"{_called(one.old)}: {one.address} does its work{lost}"
        yield f"    {one.old.removal}"


def left(found: Adoption, environment: str) -> Lines:
    """What nobody touches."""
    yield from _capped(_untouched(find, environment) for find in found.left)
    yield from _capped(
        _unconfigured(one, found.wanted) for one in found.listeners if one.arn and not one.address
    )
    text = f"alarm {{}} acts on {guide.TOPIC} too, and goes on doing so"
    yield from _capped(text.format(one_line(name)) for name in found.acting)


def _untouched(find: Find, environment: str) -> str:
    if (find.type, find.name) not in guide.SUCCESSORS:
        return _called(find)
    return (
        f"{_called(find)}: the setup script's, under the names of production; `--env prod` takes it over. "
        f"If this account is {environment}'s alone, delete it after the first apply: {find.removal}"
    )


def _unconfigured(one: Listener, wanted: Wanted) -> str:
    """A subscriber that config/ does not name: it goes on listening, unless its topic is left behind."""
    text = f"{_listener(one)} is not in config/"
    if one.topic not in wanted.named("aws_sns_topic", "name"):
        return f"{text}, and will hear of no alarm of this stack"
    if one.protocol.startswith("email"):
        return f"{text}, and goes on listening; add it to the emails of the route to keep it in view"
    end = command("sns", "unsubscribe", wanted.place.region, subscription_arn=one.arn)
    return f"{text}, and goes on listening; once nobody needs it: {end}"


def new(found: Adoption) -> Lines:
    """What does not exist yet, by kind."""
    kinds = Counter(address.partition(".")[0] for address in found.new)
    for kind, count in sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"{count:5,}  {kind.removeprefix('aws_').replace('_', ' ')}"


def _listener(one: Listener) -> str:
    return f"{one.protocol} {endpoint(one.endpoint)} on topic {one.topic}"


def _called(find: Find) -> str:
    return f"{kind_of(find.type).noun} {clipped(one_line(find.name), _LONGEST)}"


def _listed(addresses: Sequence[str]) -> str:
    more = len(addresses) - MOST
    return ", ".join(addresses[:MOST]) + (f" and {more} more" if more > 0 else "")


def _capped(lines: Lines) -> Iterator[str]:
    """The first lines, and how many follow."""
    told = list(lines)
    yield from told[:MOST]
    if len(told) > MOST:
        yield f"and {len(told) - MOST:,} more"
