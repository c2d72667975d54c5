//! What only whoever deploys T-REX calls. Signatures are T-REX's, the names of
//! their parts are ours.

use alloy::sol;

sol! {
    struct ReleaseVersion {
        uint8 major;
        uint8 minor;
        uint8 patch;
    }

    struct Contracts {
        address token;
        address topics;
        address registry;
        address records;
        address issuers;
        address compliance;
    }

    function addAndUseTREXVersion(ReleaseVersion version, Contracts contracts) external;

    interface Storage {
        function bindIdentityRegistry(address registry) external;
    }

    interface TrustedIssuers {
        function addTrustedIssuer(address issuer, uint256[] topics) external;
    }

    interface Initializable {
        function initialize() external;
    }

    interface CountryRestriction {
        function addCountryRestriction(uint16 country) external;
    }
}
