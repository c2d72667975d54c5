//! Who may write.

use crate::*;

#[test]
fn each_write_is_its_roles_alone() {
    let mut case = Case::blank();
    let (to, call) = (
        case.registry.address,
        abi::deleteIdentityCall {
            _userAddress: WALLET,
        },
    );
    let upsert = abi::upsertCall {
        head: HEAD,
        records: vec![1; 52].into(),
    };
    for stranger in [OWNER, MIRROR, WALLET] {
        let revert = case.registry.evm.send(stranger, to, &call).unwrap_err();
        assert_eq!(
            revert.reason,
            "AgentRole: caller does not have the Agent role"
        );
    }
    for stranger in [OWNER, AGENT, WALLET] {
        let revert = case.registry.evm.send(stranger, to, &upsert).unwrap_err();
        assert_eq!(revert.error::<abi::NotMirror>().unwrap().caller, stranger);
    }
    for stranger in [MIRROR, AGENT, WALLET] {
        let call = abi::setAgentTermCall { term: U40::MAX };
        let revert = case.registry.evm.send(stranger, to, &call).unwrap_err();
        assert_eq!(revert.reason, "Ownable: caller is not the owner");
    }
}
