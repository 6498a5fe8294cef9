"""Records what a refused text says about safety: the text is recorded nowhere, its assessment is."""

from datetime import datetime
from uuid import UUID

from tta.commands.handle import CommandContext, Commands
from tta.commands.joint import handle_joint
from tta.domain.assessment import Assessment
from tta.domain.identity import derived_id
from tta.domain.joint.measuring import AssessmentDecision
from tta.domain.safety_record import RecordAssessment
from tta.eventstore.envelope import Causation


async def assess_refused(
    commands: Commands, player_id: UUID, assessment: Assessment, context: CommandContext, *, at: datetime
) -> None:
    """Record the assessment of a refused command's text, once however often that command is sent.

    It is tried until it stands, however many others write and whether or not its sender still waits. Raises
    NoSuchPlayer, NotTheirs if the command's permission was withdrawn, and what the event store raises.
    """
    about = context.causation
    # Another text under the same key is refused too, and is another assessment.
    assessment_id = derived_id("assessment of refused", about.command_id, about.fingerprint or b"")
    command = RecordAssessment(
        level=assessment.level, category=assessment.category, source=assessment.source, at=at
    )
    causation = Causation(
        actor=about.actor,
        command_id=assessment_id,
        correlation_id=about.correlation_id,
        causation_id=about.command_id,
        traceparent=about.traceparent,
    )
    context = CommandContext(causation, permission=context.permission)
    await handle_joint(commands, AssessmentDecision(player_id, command), context, attempts_max=None)
