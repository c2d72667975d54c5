// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev A registry that says of every wallet what it was told to say, or does what a hostile one may do.
contract MoodyRegistry {
    enum Mood {
        Answers,
        Reverts,
        RevertsWithABomb,
        AnswersABomb,
        AnswersNothing,
        AnswersTooLittle,
        AnswersNoBool,
        BurnsAllGas
    }

    uint256 private constant BOMB = 1 << 20;

    Mood public mood;
    bool public verifies;
    bool public holds;
    bool public hasAgents = true;

    function set(Mood mood_, bool verifies_, bool holds_) external {
        (mood, verifies, holds) = (mood_, verifies_, holds_);
    }

    function setHasAgents(bool hasAgents_) external {
        hasAgents = hasAgents_;
    }

    function isVerified(address) external view returns (bool) {
        _act();
        return verifies;
    }

    function contains(address) external view returns (bool) {
        _act();
        return holds;
    }

    function identity(address) external view returns (address) {
        _act();
        return holds ? address(this) : address(0);
    }

    function investorCountry(address) external view returns (uint16) {
        _act();
        return holds ? 999 : 0;
    }

    function isAgent(address) external view returns (bool) {
        _act();
        return hasAgents;
    }

    function registerIdentity(address, address, uint16) external view {
        _act();
    }

    function deleteIdentity(address) external view {
        _act();
    }

    function _act() private view {
        Mood current = mood;
        if (current == Mood.Answers) return;
        if (current == Mood.BurnsAllGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (current == Mood.Reverts) revert("in a mood");
        assembly ("memory-safe") {
            mstore(0, 2)
            switch current
            case 2 { revert(0, BOMB) }
            case 3 { return(0, BOMB) }
            case 4 { return(0, 0) }
            case 5 { return(0, 31) }
            default { return(0, 32) }
        }
    }
}
