"""The composition root: the only place where rooms meet."""

from fieldproof.run.agreement import Agreement
from fieldproof.run.blueprint import Blueprint, get_versions
from fieldproof.run.chain import (
    EmbeddedChainSettings,
    open_chain,
    open_deployed_chain,
    require_deployment,
    serve_embedded_chain,
)
from fieldproof.run.chain_tools import install_chain_programs, install_genesis_tools
from fieldproof.run.clock import ShiftedClock
from fieldproof.run.costing import CapacityCost, CostSheet, compute_cost
from fieldproof.run.demo import run_demo
from fieldproof.run.demo_chain import ChainDemoReport, run_chain_demo
from fieldproof.run.demo_report import Claim, DemoCost, DemoReport, DemoRow
from fieldproof.run.errors import RunError
from fieldproof.run.exporting import export_folder
from fieldproof.run.folder import DeploymentRecord, NetworkFolder, RunningNode, read_sources
from fieldproof.run.genesis import parse_genesis
from fieldproof.run.keys import load_gateway, load_operator, load_owner, load_password
from fieldproof.run.machine import Examined, examine_machine
from fieldproof.run.node import Node, NodeSettings
from fieldproof.run.replay import LiveChain, ReplayReport, replay_recording
from fieldproof.run.results import DeviceWindowResult, Results, read_results
from fieldproof.run.settling import Settled, Settler
from fieldproof.run.status import DeviceStatus, NetworkStatus, WindowStatus, get_status, read_state_layout
from fieldproof.run.tools import Tools, install_tools, make_prover
from fieldproof.run.verifying import Place, ProgramCheck, check_folder, verify_program
from fieldproof.run.withdrawing import Withdrawal, withdraw_all

__all__ = [
    "Agreement",
    "Blueprint",
    "CapacityCost",
    "ChainDemoReport",
    "Claim",
    "CostSheet",
    "DemoCost",
    "DemoReport",
    "DemoRow",
    "DeploymentRecord",
    "DeviceStatus",
    "DeviceWindowResult",
    "EmbeddedChainSettings",
    "Examined",
    "LiveChain",
    "NetworkFolder",
    "NetworkStatus",
    "Node",
    "NodeSettings",
    "Place",
    "ProgramCheck",
    "ReplayReport",
    "Results",
    "RunError",
    "RunningNode",
    "Settled",
    "Settler",
    "ShiftedClock",
    "Tools",
    "WindowStatus",
    "Withdrawal",
    "check_folder",
    "compute_cost",
    "examine_machine",
    "export_folder",
    "get_status",
    "get_versions",
    "install_chain_programs",
    "install_genesis_tools",
    "install_tools",
    "load_gateway",
    "load_operator",
    "load_owner",
    "load_password",
    "make_prover",
    "open_chain",
    "open_deployed_chain",
    "parse_genesis",
    "read_results",
    "read_sources",
    "read_state_layout",
    "replay_recording",
    "require_deployment",
    "run_chain_demo",
    "run_demo",
    "serve_embedded_chain",
    "verify_program",
    "withdraw_all",
]
