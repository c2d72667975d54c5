// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IVerdict} from "../src/interfaces/IVerdict.sol";

/// @title One payment of interest or a dividend
/// @notice Pays the holders of a record date in proportion to what they held then. Who is eligible is asked when it is
/// paid: whoever is not verified then is paid once they are, until the payment ends.
/// @dev The holders are a Merkle tree, so that a payment costs its issuer the same for ten of them and for a million.
/// Leaves are hashed twice, as OpenZeppelin's trees are: `keccak256(keccak256(abi.encode(holder, balance)))`.
contract YieldPayment is Ownable {
    using SafeERC20 for IERC20;

    event Paid(address indexed holder, uint256 amount);
    event Closed(uint256 rest);

    /// @notice The registry does not answer for this holder.
    error NotEligible(address holder);
    /// @notice The holder did not hold this on the record date.
    error NotOnRecord(address holder, uint256 balance);
    /// @notice The holder has its share.
    error AlreadyPaid(address holder);
    /// @notice It ended at this time.
    error Ended(uint256 until);
    /// @notice It goes on until this time.
    error NotEnded(uint256 until);
    /// @notice Nobody held anything.
    error NoSupply();

    /// @notice Who says who is eligible.
    IVerdict public immutable registry;
    /// @notice In which token it is paid.
    IERC20 public immutable currency;
    /// @notice The root of the tree of holders and their balances on the record date.
    bytes32 public immutable holders;
    /// @notice All balances on the record date together, in the asset's smallest unit.
    uint256 public immutable supply;
    /// @notice What all holders share, in the currency's smallest unit.
    uint256 public immutable amount;
    /// @notice Unix seconds from which the issuer takes back what nobody has asked for.
    uint256 public immutable until;

    /// @notice Who has its share.
    mapping(address holder => bool) public paid;

    /// @dev The issuer sends the currency here afterwards; who comes before it has to come again.
    constructor(
        address issuer,
        IVerdict registry_,
        IERC20 currency_,
        bytes32 holders_,
        uint256 supply_,
        uint256 amount_,
        uint256 until_
    ) Ownable(issuer) {
        require(supply_ > 0, NoSupply());
        (registry, currency, holders) = (registry_, currency_, holders_);
        (supply, amount, until) = (supply_, amount_, until_);
    }

    /// @notice Pays a holder its share, rounded down. For anybody: it goes to the holder.
    function pay(address holder, uint256 balance, bytes32[] calldata proof) external {
        require(block.timestamp < until, Ended(until));
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(holder, balance))));
        require(MerkleProof.verifyCalldata(proof, holders, leaf), NotOnRecord(holder, balance));
        require(!paid[holder], AlreadyPaid(holder));
        require(registry.isVerified(holder), NotEligible(holder));
        paid[holder] = true;
        uint256 share = Math.mulDiv(amount, balance, supply);
        emit Paid(holder, share);
        currency.safeTransfer(holder, share);
    }

    /// @notice Takes back what is left. Only for the issuer, once the payment has ended.
    function close() external onlyOwner {
        require(block.timestamp >= until, NotEnded(until));
        uint256 rest = currency.balanceOf(address(this));
        emit Closed(rest);
        currency.safeTransfer(owner(), rest);
    }
}
