// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC5851Draft} from "../src/interfaces/IERC5851Draft.sol";
import {CertificateGuard} from "../src/certificates/CertificateGuard.sol";

/// @title An exchange of two tokens among certified holders
/// @notice A constant-product pool. Putting in and swapping are for holders of one certificate; taking out what one put
/// in is for everybody, at any time.
/// @dev The certificate is a condition of entering. A holder whose document lapsed keeps its property: what has to be
/// frozen is frozen by the token, which asks its own registry before it moves. Shares are kept here and are no token:
/// else they would reach those who may not enter.
/// @dev An example of {CertificateGuard}, and no more: no oracle, no fee for the house, no flash swaps. Tokens that
/// take a fee on transfer, or change balances by themselves, do not fit.
contract CertifiedPool is CertificateGuard, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Shares that the first deposit leaves to nobody, so that nobody can make one share worth a fortune.
    uint256 private constant LOCKED_SHARES = 1000;
    /// @dev What of each 1,000 put into a swap is swapped; the rest stays with the depositors.
    uint256 private constant SWAPPED = 997;

    /// @notice The certificate that depositors and swappers hold.
    uint256 public immutable certificateId;
    IERC20 public immutable tokenA;
    IERC20 public immutable tokenB;

    /// @notice What the pool owes: not its balances, to which anybody may add.
    uint256 public reserveA;
    uint256 public reserveB;
    uint256 public totalShares;
    mapping(address depositor => uint256) public sharesOf;

    event Deposited(address indexed depositor, uint256 amountA, uint256 amountB, uint256 shares);
    event Withdrawn(address indexed depositor, uint256 amountA, uint256 amountB, uint256 shares);
    event Swapped(address indexed swapper, IERC20 indexed tokenIn, uint256 amountIn, uint256 amountOut);

    /// @notice There have to be two tokens.
    error SameToken();
    /// @notice The pool has no such token.
    error NotInPool(IERC20 token);
    /// @notice It would give less than was asked for, or nothing.
    error TooLittle(uint256 given, uint256 least);

    constructor(IERC5851Draft registry, uint256 id, IERC20 a, IERC20 b) CertificateGuard(registry) {
        require(a != b, SameToken());
        (certificateId, tokenA, tokenB) = (id, a, b);
    }

    /// @notice Puts in both tokens, in the proportion in which the pool holds them, and gives shares for it.
    /// @param mostA No more than this of the first is taken, and of the second no more than `mostB`.
    function deposit(uint256 mostA, uint256 mostB, uint256 leastShares)
        external
        nonReentrant
        onlyCertified(certificateId)
        returns (uint256 shares)
    {
        (uint256 amountA, uint256 amountB) = (mostA, mostB);
        if (totalShares == 0) {
            uint256 minted = Math.sqrt(mostA * mostB);
            require(minted > LOCKED_SHARES, TooLittle(minted, LOCKED_SHARES));
            shares = minted - LOCKED_SHARES;
            totalShares = LOCKED_SHARES;
        } else {
            shares = Math.min(
                Math.mulDiv(mostA, totalShares, reserveA), Math.mulDiv(mostB, totalShares, reserveB)
            );
            // Rounded up, so that no deposit takes from the others.
            amountA = Math.mulDiv(shares, reserveA, totalShares, Math.Rounding.Ceil);
            amountB = Math.mulDiv(shares, reserveB, totalShares, Math.Rounding.Ceil);
        }
        require(shares != 0 && shares >= leastShares, TooLittle(shares, leastShares));

        (reserveA, reserveB) = (reserveA + amountA, reserveB + amountB);
        totalShares += shares;
        sharesOf[msg.sender] += shares;
        emit Deposited(msg.sender, amountA, amountB, shares);
        tokenA.safeTransferFrom(msg.sender, address(this), amountA);
        tokenB.safeTransferFrom(msg.sender, address(this), amountB);
    }

    /// @notice Takes out what shares stand for. For everybody who has some, certified or not.
    function withdraw(uint256 shares, uint256 leastA, uint256 leastB)
        external
        nonReentrant
        returns (uint256 amountA, uint256 amountB)
    {
        amountA = Math.mulDiv(shares, reserveA, totalShares);
        amountB = Math.mulDiv(shares, reserveB, totalShares);
        require(amountA >= leastA, TooLittle(amountA, leastA));
        require(amountB >= leastB, TooLittle(amountB, leastB));

        sharesOf[msg.sender] -= shares;
        totalShares -= shares;
        (reserveA, reserveB) = (reserveA - amountA, reserveB - amountB);
        emit Withdrawn(msg.sender, amountA, amountB, shares);
        tokenA.safeTransfer(msg.sender, amountA);
        tokenB.safeTransfer(msg.sender, amountB);
    }

    /// @notice Gives one token for the other.
    function swap(IERC20 tokenIn, uint256 amountIn, uint256 leastOut)
        external
        nonReentrant
        onlyCertified(certificateId)
        returns (uint256 amountOut)
    {
        bool aIn = tokenIn == tokenA;
        require(aIn || tokenIn == tokenB, NotInPool(tokenIn));
        (uint256 reserveIn, uint256 reserveOut) = aIn ? (reserveA, reserveB) : (reserveB, reserveA);
        uint256 swapped = amountIn * SWAPPED;
        amountOut = Math.mulDiv(swapped, reserveOut, reserveIn * 1000 + swapped);
        require(amountOut != 0 && amountOut >= leastOut, TooLittle(amountOut, leastOut));

        (reserveIn, reserveOut) = (reserveIn + amountIn, reserveOut - amountOut);
        (reserveA, reserveB) = aIn ? (reserveIn, reserveOut) : (reserveOut, reserveIn);
        emit Swapped(msg.sender, tokenIn, amountIn, amountOut);
        tokenIn.safeTransferFrom(msg.sender, address(this), amountIn);
        (aIn ? tokenB : tokenA).safeTransfer(msg.sender, amountOut);
    }
}
