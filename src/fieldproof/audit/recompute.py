"""The audit: every settled window of a network, device by device, from a folder and a chain alone.

It shares no code with the prover. What it does not guarantee stands in the report's assumptions.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from fieldproof.audit.chain import ChainReader, ChainRecord
from fieldproof.audit.fleet import Fleet
from fieldproof.audit.folder import DeviceRecord, ExportFolder
from fieldproof.audit.money import Ledger
from fieldproof.audit.node import Node
from fieldproof.audit.programs import AuditedProgram, Computed, compute
from fieldproof.audit.readings import AuditTools, DeviceAudit, WindowAuditor, list_slots
from fieldproof.audit.report import (
    AuditReport,
    Check,
    DeviceBalance,
    DeviceCarried,
    DeviceResult,
    Finding,
    Verdict,
)
from fieldproof.audit.states import StateBook
from fieldproof.compiler import (
    CompileError,
    capture,
    get_library_version,
    get_state_layout,
    to_python,
    to_python_cohort,
)
from fieldproof.core import PYTHON, Arithmetic, EncodingError, SignatureVerifier, verify_signature
from fieldproof.protocol import compute_network_id, compute_program_id, compute_window_root, unpack_points
from fieldproof.settle import CHAIN_ID, Block, Posted, Posting

ASSUMPTIONS = (
    "The node tells the truth about its chain: ask one that you trust, or your own.",
    "That each posting carried a proof was checked by the contract when it was posted, not here again.",
    "A device's readings are what it signed: whether its sensor told the truth no signature can say.",
)
DEVELOPMENT_ASSUMPTION = (
    "This is a local chain (31337): its proofs may be of the development reference string, which anyone can "
    "forge, so only what was recomputed here counts."
)

Progress = Callable[[str], None]


def audit(
    folder: Path,
    rpc_url: str,
    *,
    verify: SignatureVerifier = verify_signature,
    arithmetic: Arithmetic = PYTHON,
    progress: Progress = lambda _: None,
) -> AuditReport:
    """Recompute every settled window and compare it with the chain.

    `verify` and `arithmetic` may be faster ways that give the same answers. Raises `FolderError` if the
    folder is no export and `NodeError` if the chain cannot be read; whatever else is wrong is reported.
    """
    opened = ExportFolder(folder)
    node = Node(rpc_url, chain_id=opened.manifest.chain_id)
    reader = ChainReader(node, opened.manifest.settlement)
    progress("reading the chain")
    record = reader.read_record(opened.manifest.chain_id, opened.manifest.first_block)
    return _Audit(opened, reader, record, node.head, AuditTools(verify, arithmetic)).run(progress)


class _Audit:
    def __init__(
        self,
        folder: ExportFolder,
        reader: ChainReader,
        record: ChainRecord,
        head: Block,
        tools: AuditTools,
    ) -> None:
        self._folder = folder
        self._head = head
        self._reader = reader
        self._record = record
        self._tools = tools
        self._findings: list[Finding] = []
        self._results: list[DeviceResult] = []
        self._settled: dict[tuple[int, int], int] = {}
        self._states: StateBook | None = None
        self._fleet = Fleet(
            record.registry_events,
            chain_id=folder.manifest.chain_id,
            registry=record.terms.registry,
            capacity=record.terms.capacity,
            arithmetic=tools.arithmetic,
        )

    def run(self, progress: Progress) -> AuditReport:
        record, manifest = self._record, self._folder.manifest
        progress("checking source and registrations")
        program = self._read_program()
        self._findings += self._fleet.verify_registrations(record.device_count, self._tools.verify)
        ledger = Ledger(record.terms, self._fleet.count_active)
        ledger.process(record.money_events)
        postings = [event for event in record.money_events if isinstance(event, Posted)]
        for number, posted in enumerate(postings, start=1):
            progress(f"posting {number} of {len(postings)}: window {posted.posting.window}")
            self._check_posting(posted, program, ledger)
        self._findings += ledger.findings
        balances = self._check_balances(ledger)
        self._note_unsettled()
        is_local = manifest.chain_id == CHAIN_ID
        return AuditReport(
            network_name="" if program is None else program.settings.name,
            network_id=record.network_id,
            chain_id=manifest.chain_id,
            settlement=manifest.settlement,
            head=self._head,
            unit_wei=record.terms.unit_wei,
            results=tuple(sorted(self._results, key=lambda result: (result.window, result.device))),
            balances=balances,
            states=tuple(self._list_states()),
            findings=tuple(self._findings),
            assumptions=(*ASSUMPTIONS, DEVELOPMENT_ASSUMPTION) if is_local else ASSUMPTIONS,
        )

    def _read_program(self) -> AuditedProgram | None:
        """Capture the source and compare all that names it; None if it cannot be read."""
        manifest, record = self._folder.manifest, self._record
        try:
            network = capture(self._folder.read_sources())
            call = to_python(network) if network.device_name is None else to_python_cohort(network)
            layout = get_state_layout(network)
        except CompileError as error:
            self._report(Check.PROGRAM, f"the network's source does not compile: {error}")
            return None
        settings, terms = network.settings, record.terms
        program_id = compute_program_id(
            sources=dict(network.sources), settings=settings.to_canonical(), versions=manifest.versions
        )
        if program_id != terms.program_id:
            self._report(
                Check.PROGRAM,
                f"source, settings and versions give program id 0x{program_id.hex()}, "
                f"the chain has 0x{terms.program_id.hex()}: this is not the source that was proven",
            )
        if network.uses_library and get_library_version() not in manifest.versions:
            self._report(
                Check.PROGRAM,
                "the library that runs here is not the one that was proven with: what follows may disagree "
                "for that alone",
                verdict=Verdict.UNCHECKED,
            )
        if network.schema.hash != terms.schema_hash:
            self._report(Check.NETWORK, "the source's schema is not the one on chain")
        said = (settings.window_s, settings.cohort, settings.settle_s, settings.pool_wei)
        pool_wei = terms.emission_units * terms.unit_wei
        if said != (terms.window_s, terms.capacity, terms.settle_s, pool_wei):
            self._report(Check.NETWORK, "window, cohort, deadline or pool are not what the source says")
        network_id = compute_network_id(
            chain_id=manifest.chain_id, settlement=manifest.settlement, schema_hash=network.schema.hash
        )
        if not network_id == manifest.network_id == record.network_id:
            self._report(Check.NETWORK, "the network ids of folder, contract and source are not the same")
        program = AuditedProgram(call, network.schema, settings, layout)
        self._open_states(program)
        return program

    def _open_states(self, program: AuditedProgram) -> None:
        """Begin with the first states, and compare them with what the contract began with."""
        words, root = 0, 0
        if program.layout is not None:
            self._states = StateBook(program.layout, self._tools.arithmetic)
            words, root = program.layout.words, self._states.compute_initial_root()
        if (words, root) != (self._record.terms.state_words, self._record.terms.initial_state_root):
            self._report(Check.STATE, "the contract did not begin with the first states of the source")

    def _check_posting(self, posted: Posted, program: AuditedProgram | None, ledger: Ledger) -> None:
        posting, capacity = posted.posting, self._record.terms.capacity
        place = (posting.window, posting.cohort)
        self._check_cohort(posted)
        points = unpack_points(posting.result, capacity)
        if sum(points) != posted.points or any(
            value for slot, value in enumerate(points) if not posting.sealed >> slot & 1
        ):
            self._report(Check.POINTS, "its points do not add up, or go to devices without a seal", *place)
        settled = self._settled.get(place, 0)
        if settled & posting.sealed:
            self._report(Check.SETTLEMENT, "it settles a device that was settled before", *place)
        if settled and program is not None and program.is_over_cohort:
            self._report(Check.SETTLEMENT, "its devices were judged in two postings", *place)
        self._settled[place] = settled | posting.sealed
        first = posting.cohort * capacity
        audits = {
            slot: self._check_device(*place, first + slot, program)
            for slot in list_slots(posting.sealed, capacity)
        }
        computed = self._compute(posting, audits, program)
        for slot, found in audits.items():
            self._check_points(posting, slot, found, computed, points[slot], ledger)
        self._check_states(posting, computed)
        self._check_root(posted, audits)

    def _compute(
        self, posting: Posting, audits: Mapping[int, DeviceAudit], program: AuditedProgram | None
    ) -> Computed:
        """Run the program for all that a posting settles, from the states before it."""
        if program is None:
            return Computed()
        terms = self._record.terms
        return compute(
            program,
            {slot: found.window for slot, found in audits.items()},
            None if self._states is None else self._states.get_states(posting.cohort),
            window=posting.window,
            starts_s=terms.genesis_s + posting.window * terms.window_s,
        )

    def _check_points(
        self,
        posting: Posting,
        slot: int,
        found: DeviceAudit,
        computed: Computed,
        points: int,
        ledger: Ledger,
    ) -> None:
        device = posting.cohort * self._record.terms.capacity + slot
        place = (posting.window, posting.cohort, device)
        if device in self._fleet.unproven:
            detail = "it was settled, and its identity key did not sign its registration"
            self._report(Check.REGISTRATION, detail, *place)
        result = DeviceResult(
            *place,
            readings=found.readings,
            posted_points=points,
            computed_points=computed.points.get(slot),
            void=computed.voids.get(slot, ""),
            credited_units=ledger.shares.get((posting.window, device), 0),
        )
        self._results.append(result)
        if result.computed_points is None:
            if found.window is not None:
                detail = "its points cannot be computed without what else the posting rests on"
                self._report(Check.POINTS, detail, *place, verdict=Verdict.UNCHECKED)
        elif not result.agrees:
            detail = f"the program gives {result.computed_points} points, {points} were posted"
            self._report(Check.POINTS, detail, *place)

    def _check_states(self, posting: Posting, computed: Computed) -> None:
        place = (posting.window, posting.cohort)
        if self._states is None:
            if posting.state or posting.next_state:
                detail = "it carries state, and the source does not say of what"
                self._report(Check.STATE, detail, *place, verdict=Verdict.UNCHECKED)
            return
        first = posting.cohort * self._record.terms.capacity
        for slot, detail in self._states.process(posting, computed.states):
            self._report(Check.STATE, detail, *place, None if slot is None else first + slot)

    def _check_cohort(self, posted: Posted) -> None:
        posting = posted.posting
        place = (posting.window, posting.cohort)
        computed = self._fleet.compute_snapshot(posting.cohort, posting.window)
        stated = self._reader.get_cohort(self._record.terms.registry, posting.cohort, posting.window)
        if computed != stated:
            self._report(
                Check.COHORT, "key commitment, count or active devices are not those of the events", *place
            )
        if posting.sealed & ~computed.active:
            self._report(Check.COHORT, "it settles a device that was not active in the window", *place)

    def _check_device(
        self, window: int, cohort: int, device: int, program: AuditedProgram | None
    ) -> DeviceAudit:
        """Audit one device-window and report what is wrong with it."""
        nothing = DeviceAudit(None, None, None, ())
        record = self._read_record(window, cohort, device)
        entry = self._fleet.devices.get(device)
        if record is None or entry is None or program is None:
            return nothing
        if len(entry.registration.attributes) != len(program.schema.attributes):
            self._report(
                Check.REGISTRATION, "its attributes are not those of the schema", window, cohort, device
            )
            return nothing
        terms = self._record.terms
        auditor = WindowAuditor(
            program,
            self._tools,
            network_id=self._record.network_id,
            gateways=terms.gateways,
            window=window,
        )
        found = auditor.check(entry, record)
        for check, detail in found.problems:
            self._report(check, detail, window, cohort, device)
        return found

    def _read_record(self, window: int, cohort: int, device: int) -> DeviceRecord | None:
        place = (window, cohort, device)
        try:
            record = self._folder.read_record(window, device)
        except EncodingError as error:
            self._report(Check.DATA, str(error), *place)
            return None
        if record is None:
            exported = window in self._folder.manifest.windows
            detail = "the folder holds nothing of it" if exported else "the window was not exported"
            self._report(Check.DATA, detail, *place, verdict=Verdict.UNCHECKED)
        return record

    def _check_root(self, posted: Posted, audits: Mapping[int, DeviceAudit]) -> None:
        posting = posted.posting
        place = (posting.window, posting.cohort)
        capacity = self._record.terms.capacity
        messages = [audits[slot].message if slot in audits else None for slot in range(capacity)]
        missing = [slot for slot in audits if messages[slot] is None]
        if missing:
            devices = ", ".join(str(posting.cohort * capacity + slot) for slot in missing)
            detail = f"it cannot be computed without the seals of devices {devices}"
            self._report(Check.ROOT, detail, *place, verdict=Verdict.UNCHECKED)
        elif compute_window_root(messages, arithmetic=self._tools.arithmetic) != posting.window_root:
            self._report(Check.ROOT, "the posted window root is not that of the stored seals", *place)

    def _check_balances(self, ledger: Ledger) -> tuple[DeviceBalance, ...]:
        balances = []
        for device in sorted(self._fleet.devices):
            balance = DeviceBalance(
                device,
                ledger.credited[device],
                ledger.withdrawn[device],
                self._reader.get_balance_units(device),
            )
            balances.append(balance)
            if not balance.agrees:
                self._report(
                    Check.BALANCE,
                    f"it was credited {balance.credited_units} units, {balance.withdrawn_units} were "
                    f"withdrawn, and the contract says {balance.balance_units} are left",
                    device=device,
                )
        terms = self._record.terms
        if terms.mints_reward:
            expected = (sum(ledger.withdrawn.values()) + ledger.handed_over) * terms.unit_wei
            supply = self._reader.get_token_supply_wei(terms.reward_token)
            if supply != expected:
                self._report(
                    Check.BALANCE, f"{supply} wei of the reward token exist, {expected} were withdrawn"
                )
        return tuple(balances)

    def _list_states(self) -> Iterator[DeviceCarried]:
        for device in sorted(self._fleet.devices):
            cohort, slot = divmod(device, self._record.terms.capacity)
            carried = None if self._states is None else self._states.name_state(cohort, slot)
            if carried is not None:
                yield DeviceCarried(device, carried)

    def _note_unsettled(self) -> None:
        """Name the devices with a seal in the folder that no posting settled."""
        capacity = self._record.terms.capacity
        for window in self._folder.manifest.windows:
            for device in self._folder.get_devices(window):
                cohort, slot = divmod(device, capacity)
                if self._settled.get((window, cohort), 0) >> slot & 1:
                    continue
                try:
                    record = self._folder.read_record(window, device)
                except EncodingError as error:
                    self._report(Check.DATA, str(error), window, cohort, device)
                    continue
                if record is not None and record.seal is not None:
                    is_over = self._head.time_s > self._reader.get_closing_s(window)
                    detail = "it sealed, and no posting settled it" + ("" if is_over else " yet")
                    self._report(Check.SETTLEMENT, detail, window, cohort, device, verdict=Verdict.NOTED)

    def _report(
        self,
        check: Check,
        detail: str,
        window: int | None = None,
        cohort: int | None = None,
        device: int | None = None,
        *,
        verdict: Verdict = Verdict.DISAGREES,
    ) -> None:
        self._findings.append(Finding(verdict, check, detail, window, cohort, device))
