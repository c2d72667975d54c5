// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC734} from "../../src/interfaces/IERC734.sol";
import {IKeys} from "../../src/interfaces/IKeys.sol";
import {IdentityTest} from "./IdentityTest.sol";

/// @dev Remembers who called, and may call back.
contract Callee {
    error Refused();

    address public caller;
    bytes public said;
    bytes private _back;
    bool private _refuses;

    function refuse() external {
        _refuses = true;
    }

    function callBack(bytes memory back) external {
        _back = back;
    }

    function say(bytes calldata words) external payable {
        if (_refuses) revert Refused();
        (caller, said) = (msg.sender, words);
        if (_back.length == 0) return;
        (bool done,) = msg.sender.call(_back);
        require(done);
    }
}

contract ExecutionsTest is IdentityTest {
    Callee private callee = new Callee();

    function words() private pure returns (bytes memory) {
        return abi.encodeCall(Callee.say, ("hello"));
    }

    function testAnActionKeyActsAtOnce() public {
        addKey(friend, ACTION);
        vm.deal(friend, 3);
        vm.expectEmit(address(identity));
        emit IERC734.ExecutionRequested(0, address(callee), 3, words());
        vm.expectEmit(address(identity));
        emit IERC734.Approved(0, true);
        vm.expectEmit(address(identity));
        emit IERC734.Executed(0, address(callee), 3, words());
        vm.prank(friend);
        identity.execute{value: 3}(address(callee), 3, words());
        assertEq(callee.caller(), address(identity));
        assertEq(address(callee).balance, 3);
    }

    function testAnybodyElseWaitsForApproval() public {
        vm.prank(stranger);
        uint256 id = identity.execute(address(callee), 0, words());
        assertEq(callee.caller(), address(0));
        expectNotFor(stranger, ACTION);
        vm.prank(stranger);
        identity.approve(id, true);

        vm.startPrank(investor);
        assertTrue(identity.approve(id, true));
        assertEq(callee.caller(), address(identity));
        vm.expectRevert(abi.encodeWithSelector(IKeys.NothingWaits.selector, id));
        identity.approve(id, true);
        vm.stopPrank();
    }

    function testWhatIsNotApprovedIsDropped() public {
        vm.prank(stranger);
        uint256 id = identity.execute(address(callee), 0, words());
        vm.startPrank(investor);
        vm.expectEmit(address(identity));
        emit IERC734.Approved(id, false);
        assertTrue(identity.approve(id, false));
        vm.expectRevert(abi.encodeWithSelector(IKeys.NothingWaits.selector, id));
        identity.approve(id, true);
        vm.stopPrank();
        assertEq(callee.caller(), address(0));
    }

    function testWhatFailsIsSaid() public {
        callee.refuse();
        vm.expectEmit(address(identity));
        emit IERC734.ExecutionFailed(0, address(callee), 0, words());
        vm.prank(investor);
        identity.execute(address(callee), 0, words());
        vm.prank(stranger);
        uint256 id = identity.execute(address(callee), 0, words());
        vm.prank(investor);
        assertFalse(identity.approve(id, true));
    }

    function testOnlyManagementHasTheIdentityCallItself() public {
        addKey(friend, ACTION);
        bytes memory call = abi.encodeCall(IERC734.addKey, (keyOf(friend), MANAGEMENT, ECDSA_KEY));
        vm.prank(friend);
        uint256 id = identity.execute(address(identity), 0, call);
        assertFalse(has(friend, MANAGEMENT));
        expectNotFor(friend, MANAGEMENT);
        vm.prank(friend);
        identity.approve(id, true);
        vm.prank(investor);
        identity.approve(id, true);
        assertTrue(has(friend, MANAGEMENT));
    }

    /// @dev A call that comes back finds itself done, and speaks for nobody.
    function testACallThatComesBackIsMadeOnce() public {
        addKey(address(callee), ACTION);
        vm.prank(stranger);
        uint256 id = identity.execute(address(callee), 0, words());
        callee.callBack(abi.encodeCall(IERC734.approve, (id, true)));
        vm.prank(investor);
        assertFalse(identity.approve(id, true));
    }

    function testIdsCount() public {
        vm.startPrank(stranger);
        assertEq(identity.execute(address(callee), 0, words()), 0);
        assertEq(identity.execute(address(callee), 0, words()), 1);
        vm.stopPrank();
    }
}
