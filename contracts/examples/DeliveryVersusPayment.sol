// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IVerdict} from "../src/interfaces/IVerdict.sol";

/// @title A token that names the registry it relies on
interface IRegulated is IERC20 {
    /// @notice The registry that this token asks.
    function identityRegistry() external view returns (IVerdict);
}

/// @title Delivery versus payment
/// @notice The buyer's payment is locked until the seller delivers; both move in one transaction, or neither does. Both
/// parties are verified before anything is locked, and again when it is delivered.
/// @dev The asset goes from seller to buyer directly, so that this contract never holds what only verified wallets may.
contract DeliveryVersusPayment {
    using SafeERC20 for IERC20;

    /// @notice What was agreed.
    struct Trade {
        address buyer;
        address seller;
        IRegulated asset;
        uint256 assetAmount;
        IERC20 payment;
        uint256 paymentAmount;
        /// @dev Unix seconds; the seller delivers before, and the buyer is paid back from then on.
        uint256 until;
    }

    event Locked(bytes32 indexed trade, address indexed buyer, address indexed seller, IRegulated asset);
    event Delivered(bytes32 indexed trade);
    event Released(bytes32 indexed trade);

    /// @notice The asset's registry does not answer for both parties.
    error NotBothVerified(address buyer, address seller);
    /// @notice Nothing is locked under this hash: it was delivered, released, or never there.
    error NothingLocked(bytes32 trade);
    /// @notice Only the seller delivers.
    error NotTheSeller(address caller);
    /// @notice It is too late for this.
    error Ended(uint256 until);
    /// @notice The payment stays locked: its time is not over, and both parties are verified.
    error StillOpen(uint256 until);
    /// @notice The payment's token took a part of it for itself.
    error PaidShort(uint256 received, uint256 agreed);

    mapping(bytes32 trade => Trade) private _trades;
    uint256 private _count;

    /// @notice Locks the caller's payment for the seller's asset. The caller has allowed this contract to take it.
    /// @param assetAmount In the asset's smallest unit.
    /// @param paymentAmount In the payment's smallest unit.
    /// @param until Unix seconds.
    /// @return trade By which it is delivered or released: a hash of all that was agreed, so that a seller never
    /// delivers upon other terms, after a reorganisation of the chain neither.
    function lock(
        address seller,
        IRegulated asset,
        uint256 assetAmount,
        IERC20 payment,
        uint256 paymentAmount,
        uint256 until
    ) external returns (bytes32 trade) {
        require(block.timestamp < until, Ended(until));
        require(_bothVerified(asset, msg.sender, seller), NotBothVerified(msg.sender, seller));
        Trade memory agreed = Trade(msg.sender, seller, asset, assetAmount, payment, paymentAmount, until);
        trade = keccak256(abi.encode(agreed, _count++));
        _trades[trade] = agreed;
        emit Locked(trade, msg.sender, seller, asset);

        uint256 before = payment.balanceOf(address(this));
        payment.safeTransferFrom(msg.sender, address(this), paymentAmount);
        uint256 received = payment.balanceOf(address(this)) - before;
        require(received == paymentAmount, PaidShort(received, paymentAmount));
    }

    /// @notice Delivers the caller's asset and takes the payment. The caller has allowed this contract to take the
    /// asset.
    function deliver(bytes32 trade) external {
        Trade memory agreed = _take(trade);
        require(msg.sender == agreed.seller, NotTheSeller(msg.sender));
        require(block.timestamp < agreed.until, Ended(agreed.until));
        require(
            _bothVerified(agreed.asset, agreed.buyer, agreed.seller), NotBothVerified(agreed.buyer, agreed.seller)
        );
        emit Delivered(trade);
        IERC20(agreed.asset).safeTransferFrom(agreed.seller, agreed.buyer, agreed.assetAmount);
        agreed.payment.safeTransfer(agreed.seller, agreed.paymentAmount);
    }

    /// @notice Pays the buyer back: once the time is over, or as soon as a party is not verified. For anybody.
    function release(bytes32 trade) external {
        Trade memory agreed = _take(trade);
        bool over = block.timestamp >= agreed.until;
        require(over || !_bothVerified(agreed.asset, agreed.buyer, agreed.seller), StillOpen(agreed.until));
        emit Released(trade);
        agreed.payment.safeTransfer(agreed.buyer, agreed.paymentAmount);
    }

    /// @notice What is locked under this hash.
    function tradeOf(bytes32 trade) public view returns (Trade memory agreed) {
        agreed = _trades[trade];
        require(agreed.buyer != address(0), NothingLocked(trade));
    }

    /// @dev Whatever happens next, it happens once.
    function _take(bytes32 trade) private returns (Trade memory agreed) {
        agreed = tradeOf(trade);
        delete _trades[trade];
    }

    function _bothVerified(IRegulated asset, address buyer, address seller) private view returns (bool) {
        return asset.identityRegistry().areVerified(buyer, seller);
    }
}
