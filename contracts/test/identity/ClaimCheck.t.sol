// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimCheck} from "../../src/ClaimCheck.sol";
import {IClaimValidity} from "../../src/interfaces/IClaimIssuer.sol";
import {IERC735} from "../../src/interfaces/IERC735.sol";
import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {IdentityTest} from "./IdentityTest.sol";

/// @dev Says of each question that it is answered by itself, and of each claim that it stands.
contract Liar {
    bool private _fails;

    function fail() external {
        _fails = true;
    }

    function getClaim(bytes32)
        external
        view
        returns (uint256, uint256, address, bytes memory, bytes memory, string memory)
    {
        require(!_fails);
        return (1, 1, address(this), "", "", "");
    }

    function isClaimValid(IIdentity, uint256, bytes calldata, bytes calldata) external view returns (bool) {
        require(!_fails);
        return true;
    }
}

contract ClaimCheckTest is IdentityTest {
    using ClaimCheck for IERC735;

    function holds(IERC735 of_, address issuer) private view returns (bool) {
        return of_.holdsClaim(KYC, IClaimValidity(issuer));
    }

    function testAClaimCountsWhileItsIssuerStandsByIt() public {
        assertFalse(holds(identity, address(claimIssuer)));
        bytes32 id = give(KYC, claimData(NOW + 10));
        assertTrue(holds(identity, address(claimIssuer)));
        assertFalse(IERC735(identity).holdsClaim(KYC + 1, claimIssuer));
        vm.prank(owner);
        claimIssuer.revokeClaim(id, address(identity));
        assertFalse(holds(identity, address(claimIssuer)));
    }

    function testAClaimThatEndedDoesNotCount() public {
        give(KYC, claimData(NOW + 10));
        vm.warp(NOW + 10);
        assertFalse(holds(identity, address(claimIssuer)));
    }

    /// @dev T-REX would ask the liar whether the liar is right (ERC-3643, issue 101).
    function testNoIdentityVouchesForItself() public {
        Liar liar = new Liar();
        assertFalse(holds(IERC735(address(liar)), address(claimIssuer)));
    }

    function testWhatIsNotThereOrFailsDoesNotCount() public {
        give(KYC, claimData(0));
        assertFalse(holds(IERC735(stranger), address(claimIssuer)));
        assertFalse(holds(identity, stranger));
        Liar liar = new Liar();
        assertTrue(holds(IERC735(address(liar)), address(liar)));
        liar.fail();
        assertFalse(holds(IERC735(address(liar)), address(liar)));
    }
}
