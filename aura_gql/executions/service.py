"""Executions: running code and commands in sandboxes, and following what they print."""

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bson import ObjectId

from aura_gql.executions.dependencies import install_steps, require_network
from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.errors import ExecutionEnded, ExecutionNotFound
from aura_gql.executions.ledger import ExecutionLedger
from aura_gql.executions.outcome import cancelled
from aura_gql.executions.records import (
    CodeRequest,
    CommandRequest,
    ExecutionEvent,
    ExecutionKind,
    ExecutionLimits,
    ExecutionRecord,
    LanguageSupport,
    QuickRequest,
)
from aura_gql.executions.requests import ExecutionPlan, plan_code, plan_command, plan_quick
from aura_gql.executions.runner import ExecutionRunner
from aura_gql.executions.scout import LanguageScout
from aura_gql.executions.tally import ExecutionTally
from aura_gql.executions.toolchains import prepared_by
from aura_gql.infra.paging import id_behind, page_by_id
from aura_gql.infra.ports import EventBus, IdempotencyKeys, RateLimiter
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError, InvalidInput
from aura_gql.kernel.page import Page, PageRequest
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.errors import SandboxNotRunning
from aura_gql.sandboxes.records import SandboxRecord, SandboxStatus
from aura_gql.sandboxes.service import SandboxService

_NO_SUCH_EXECUTION = "There is no execution with this id."
_ENDED_OR_ENDING = {SandboxStatus.STOPPING, SandboxStatus.STOPPED, SandboxStatus.ERROR}
_REMOVED_AT_ONCE = 500


class ExecutionService:
    """A user's executions. Someone else's answers as a missing one.

    A server calls `recover` and `start` at its start and `stop` at its end, before it closes the sandboxes.
    """

    def __init__(
        self,
        sandboxes: SandboxService,
        idempotency: IdempotencyKeys,
        bus: EventBus,
        limits: ExecutionLimits,
        operations: RateLimiter,
    ) -> None:
        self._sandboxes = sandboxes
        self._idempotency = idempotency
        self._limits = limits
        self._operations = operations
        self._runner = ExecutionRunner(sandboxes, bus, limits)
        self._ledger = ExecutionLedger(bus)
        self._scout = LanguageScout(sandboxes)

    async def execute_code(
        self, viewer_id: str, request: CodeRequest, idempotency_key: str | None = None
    ) -> ExecutionRecord:
        """Run code in the project folder of a live sandbox: QUEUED at once, the rest in the background.

        InvalidInput, SandboxNotFound, SandboxNotRunning, LanguageUnavailable, TooManyExecutions, IdempotencyMismatch,
        RateLimited.
        """
        return await self._launch(viewer_id, plan_code(request, self._limits), idempotency_key)

    async def run_command(
        self, viewer_id: str, request: CommandRequest, idempotency_key: str | None = None
    ) -> ExecutionRecord:
        """Run a shell line in a folder of the project, in the same way as `execute_code`."""
        return await self._launch(viewer_id, plan_command(request, self._limits), idempotency_key)

    async def quick_execute(
        self, viewer_id: str, request: QuickRequest, idempotency_key: str | None = None
    ) -> ExecutionRecord:
        """Run code in a temporary sandbox without a project, which is removed behind it, whatever happens: QUEUED at
        once, the rest in the background.

        InvalidInput, Unsupported, LanguageUnavailable, SandboxQuotaExceeded, IdempotencyMismatch, RateLimited.
        """
        plan = plan_quick(request, self._limits)
        temporary = self._sandboxes.temporary
        provider = request.provider or temporary.default_provider
        has_network = temporary.has_network(provider)
        execution_id = await self._idempotency.claim(
            user_id=viewer_id, operation="quickExecute", key=idempotency_key, request=plan.fingerprint()
        )
        if idempotency_key is not None and (earlier := await CodeExecution.find_record(execution_id)) is not None:
            return earlier
        toolchain = await self._scout.toolchain(provider, request.language)
        if (install := install_steps(request.language, request.dependencies)) is not None:
            require_network(available=has_network)
            toolchain = prepared_by(toolchain, install.argv)
        # The same id for both: the same key finds the same sandbox.
        plan = replace(plan, sandbox_id=execution_id, toolchain=toolchain)
        wish = SandboxWish(provider, language=request.language.value.lower())
        return await self._begin(viewer_id, execution_id, plan, lambda: temporary.launch(execution_id, viewer_id, wish))

    async def languages(self, provider: SandboxProviderName) -> Sequence[LanguageSupport]:
        """Every language there is, and whether sandboxes of a provider run it."""
        return await self._scout.supported(provider)

    async def get(self, viewer_id: str, execution_id: ObjectId) -> ExecutionRecord:
        """The viewer's execution; ExecutionNotFound."""
        found = await CodeExecution.find_owned(viewer_id, [execution_id])
        if not found:
            raise ExecutionNotFound(_NO_SUCH_EXECUTION)
        return found[0]

    async def get_many(self, viewer_id: str, execution_ids: Sequence[ObjectId]) -> dict[ObjectId, ExecutionRecord]:
        """Those of the executions that the viewer may see, by id, in one query."""
        return {record.id: record for record in await CodeExecution.find_owned(viewer_id, execution_ids)}

    async def list_for_sandbox(self, viewer_id: str, sandbox_id: ObjectId, page: PageRequest) -> Page[ExecutionRecord]:
        """The viewer's executions in a sandbox, newest first."""
        found = await CodeExecution.find_page(viewer_id, sandbox_id, id_behind(page), page.first + 1)
        return page_by_id(found, page, lambda: CodeExecution.count_of_sandbox(viewer_id, sandbox_id))

    async def output(
        self, viewer_id: str, execution_id: ObjectId, after: int = 0
    ) -> AsyncGenerator[ExecutionEvent, None]:
        """Every chunk behind `after`, once and in order, then one ExecutionFinished; from the database, then live.

        ExecutionNotFound; InvalidInput where `after` is no chunk's number so far. Where the server shuts down it may
        end without ExecutionFinished: follow again behind the last chunk seen.
        """
        await self.get(viewer_id, execution_id)
        async with contextlib.aclosing(self._ledger.follow(execution_id, after, viewer_id)) as events:
            async for event in events:
                yield event

    async def cancel(self, viewer_id: str, execution_id: ObjectId) -> ExecutionRecord:
        """Have an execution end: SIGTERM, then SIGKILL to its whole tree. Returns at once; its status tells the end."""
        record = await self.get(viewer_id, execution_id)
        self._runner.interrupt(execution_id, cancelled("Its owner cancelled it."))
        return record

    async def send_input(self, viewer_id: str, execution_id: ObjectId, data: bytes, *, close: bool) -> ExecutionRecord:
        """Feed an open execution's standard input, behind what was fed before; `close` ends it. Waits a while for room.

        ExecutionNotFound, InvalidInput, ExecutionEnded, InputClosed, InputNotRead.
        """
        limit = self._limits.max_input_bytes
        if len(data) > limit:
            raise InvalidInput(f"Input has at most {limit} bytes at a time; this has {len(data)}.", field=("text",))
        record = await self.get(viewer_id, execution_id)
        if not record.is_open:
            raise ExecutionEnded(f"The execution is {record.status}.")
        await self._runner.send(execution_id, data, close=close)
        return record

    async def remove_project(self, project_id: ObjectId) -> None:
        """End and forget every execution of a project, and its output. Safe to repeat."""
        # Its sandboxes first, or those who go on running things in them would keep this from an end.
        await self._sandboxes.stop_for_project(project_id)
        await self._runner.stop_project(project_id)
        while ids := await CodeExecution.ids_of_project(project_id, _REMOVED_AT_ONCE):
            await ExecutionOutput.remove_of(ids)
            await CodeExecution.remove(ids)

    @property
    def tally(self) -> ExecutionTally:
        """What became of the executions of this process."""
        return self._runner.tally

    def count_open(self) -> int:
        """How many executions this process runs, or has waiting."""
        return len(self._runner)

    async def recover(self, *, exclusive: bool) -> None:
        """At start: end what dead servers left as LOST. `exclusive` says that no other server can be alive."""
        await self._runner.recover(exclusive=exclusive)

    async def patrol(self) -> None:
        """One round of the loop: renew the leases of what runs here, end what nobody runs."""
        await self._runner.patrol()

    def start(self) -> None:
        """Begin to vouch for what runs here."""
        self._runner.begin_patrol()

    async def stop(self) -> None:
        """At shutdown: end what runs here as CANCELLED, and wait for that."""
        await self._runner.stop()

    async def _launch(self, viewer_id: str, plan: ExecutionPlan, idempotency_key: str | None) -> ExecutionRecord:
        sandbox = await self._sandboxes.get(viewer_id, plan.sandbox_id)
        execution_id = await self._idempotency.claim(
            user_id=viewer_id,
            operation="runCommand" if plan.kind is ExecutionKind.COMMAND else "executeCode",
            key=idempotency_key,
            request=plan.fingerprint(),
        )
        if idempotency_key is not None and (earlier := await CodeExecution.find_record(execution_id)) is not None:
            return earlier
        if sandbox.status in _ENDED_OR_ENDING:
            reason = f": {sandbox.status_reason}" if sandbox.status_reason else "."
            raise SandboxNotRunning(f"The sandbox is {sandbox.status}{reason}", field=("sandboxId",))
        if plan.language is not None:
            plan = replace(plan, toolchain=await self._scout.toolchain(sandbox.provider, plan.language))

        async def present() -> SandboxRecord:
            return sandbox

        return await self._begin(viewer_id, execution_id, plan, present)

    async def _begin(
        self,
        viewer_id: str,
        execution_id: ObjectId,
        plan: ExecutionPlan,
        get_sandbox: Callable[[], Awaitable[SandboxRecord]],
    ) -> ExecutionRecord:
        """Store it and start it; counted as an operation where that is new."""
        with self._runner.room(plan):
            resets_at = await self._operations.take(viewer_id)
            try:
                sandbox = await get_sandbox()
            except DomainError:
                await self._operations.adjust(viewer_id, resets_at, -1)
                raise
            record = await CodeExecution.add(self._document(execution_id, viewer_id, sandbox, plan))
            if record is None:
                await self._operations.adjust(viewer_id, resets_at, -1)
                return await self.get(viewer_id, execution_id)
            self._runner.start(record, plan)
        return record

    def _document(
        self, execution_id: ObjectId, viewer_id: str, sandbox: SandboxRecord, plan: ExecutionPlan
    ) -> CodeExecution:
        now = utcnow()
        return CodeExecution(
            id=execution_id,
            sandbox_id=plan.sandbox_id,
            project_id=sandbox.project_id,
            user_id=viewer_id,
            kind=plan.kind,
            language=plan.language,
            command=plan.source,
            args=list(plan.args),
            cwd=plan.cwd,
            timeout_ms=plan.timeout_ms or 0,
            idle_timeout_ms=plan.idle_timeout_ms,
            temporary=sandbox.is_temporary,
            background=plan.background,
            stdin_open=plan.stdin_open,
            owner=self._runner.owner,
            lease_until=now + timedelta(seconds=self._limits.lease_s),
            created_at=now,
        )
