// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

// What wallets show: they match on these, so they stay as they are.

string constant KYC_NOT_VERIFIED = "KYC_NOT_VERIFIED";
string constant PAUSED = "PAUSED";
string constant TOKENS_FROZEN = "TOKENS_FROZEN";
string constant ASSET_FROZEN = "ASSET_FROZEN";
string constant RULES_FAILED = "RULES_FAILED";
string constant INSUFFICIENT_BALANCE = "INSUFFICIENT_BALANCE";
