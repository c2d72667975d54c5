// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {Party, Reason} from "../rules/Refusal.sol";
import {IComplianceModule} from "./IComplianceModule.sol";
import {IHolderCounts} from "./IHolderCounts.sol";
import {IRuleRecords} from "./IRuleRecords.sol";
import {ITransferRules} from "./ITransferRules.sol";

/// @title Transfer rules by country
/// @notice Blocks countries, or asks for a level or an accreditation, keeps US persons out, and limits how many may
/// hold, each country by a rule of its own or by the default rule. The registry's records say who a wallet is; whether
/// it is verified is for the token to ask, and an unverified wallet is judged like any other.
/// @dev For any number of tokens, each of which uses it in one of two ways: as a module of its modular compliance, or,
/// for less gas, as its compliance itself.
///
/// Who is held to what:
/// - A sender only to the block of its country: the assets of a blocked country stay where they are. Neither a level
///   nor an accreditation that lapsed keeps a holder from selling.
/// - A recipient to all of its country's rule. So is the recipient of a mint. Burns and forced transfers are not asked
///   about.
/// - A US person, by the registry's flag, to the rule of the USA (840) as well, wherever it lives. A rule that lets no
///   US person receive goes by the flag alone, and not by residence.
/// - A wallet without a country, and that of a country without a rule of its own, to the default rule. Where that is
///   unset too, nothing moves (I12). A default rule that blocks makes the other rules a list of allowed countries.
/// - The limit of the default rule is one for each of the countries under it.
/// - A rating above None counts until the day of its expiry is over.
///
/// A place below the limit is free when its holder has left, not when it is about to: who sells all to a newcomer of a
/// full country is refused. The amount never matters.
interface ICountryRules is IComplianceModule, IRuleRecords, ITransferRules, IHolderCounts {
    /// @notice Only the token itself and the owner bind and unbind a token.
    error NotTheToken(address caller, address named);

    /// @notice Why the transfer is refused to the caller, be it a bound token, a bound compliance or anybody else.
    /// @return party Whose wallet is refused.
    /// @return country The country whose rule refuses it: its own, or the USA for a US person who lives elsewhere.
    /// @return why The reason.
    /// @return text The reason for wallets to show, which never changes; empty when the transfer is allowed.
    function explain(address from, address to, uint256 amount)
        external
        view
        returns (Party party, uint16 country, Reason why, string memory text);

    /// @notice What {explain} says to `asker`, a bound token or compliance.
    function explainTo(address asker, address from, address to, uint256 amount)
        external
        view
        returns (Party party, uint16 country, Reason why, string memory text);
}
