// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC734} from "../src/interfaces/IERC734.sol";
import {IERC3643IdentityRegistryViews, IIdentity} from "../src/interfaces/IERC3643IdentityRegistry.sol";

/// @title A vault that keeps tokens for identities
/// @notice What a verified wallet deposits belongs to its identity. Whoever holds an action key of that identity may
/// withdraw, to a verified wallet of the same identity: a lost wallet loses nothing, and a custodian may be let in
/// without being given the tokens.
/// @dev For a token that moves between verified wallets alone, the issuer has the vault verified like any custodian.
contract IdentityVault {
    using SafeERC20 for IERC20;

    /// @dev ERC-734's purpose for acting in an identity's name.
    uint256 private constant ACTION = 2;

    event Deposited(IIdentity indexed identity, address indexed from, uint256 amount);
    event Withdrawn(IIdentity indexed identity, address indexed by, address indexed to, uint256 amount);

    /// @notice The registry does not answer for this wallet.
    error NotVerified(address wallet);
    /// @notice The wallet is another identity's.
    error NotItsWallet(IIdentity identity, address wallet);
    /// @notice The caller's key is not for acting in the identity's name.
    error NotForAction(IIdentity identity, address caller);
    /// @notice There is less.
    error TooLittle(uint256 kept, uint256 asked);

    /// @notice What is kept.
    IERC20 public immutable token;
    /// @notice Who says whose wallet is whose.
    IERC3643IdentityRegistryViews public immutable registry;

    /// @notice How much is kept for an identity, in the token's smallest unit.
    mapping(IIdentity identity => uint256 amount) public kept;

    constructor(IERC20 token_, IERC3643IdentityRegistryViews registry_) {
        token = token_;
        registry = registry_;
    }

    /// @notice Keeps the caller's tokens for its identity. The caller has allowed the vault to take them.
    function deposit(uint256 amount) external {
        require(registry.isVerified(msg.sender), NotVerified(msg.sender));
        IIdentity identity = registry.identity(msg.sender);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        // A token may take a part for itself: what arrived is what is kept.
        uint256 arrived = token.balanceOf(address(this)) - before;
        kept[identity] += arrived;
        emit Deposited(identity, msg.sender, arrived);
    }

    /// @notice Hands tokens out to a verified wallet of the identity. For its action keys.
    function withdraw(IIdentity identity, address to, uint256 amount) external {
        bytes32 key = keccak256(abi.encode(msg.sender));
        require(IERC734(address(identity)).keyHasPurpose(key, ACTION), NotForAction(identity, msg.sender));
        require(registry.identity(to) == identity, NotItsWallet(identity, to));
        require(registry.isVerified(to), NotVerified(to));
        uint256 has = kept[identity];
        require(amount <= has, TooLittle(has, amount));
        kept[identity] = has - amount;
        emit Withdrawn(identity, msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }
}
