//! Who carries, by what the environment says.

use crate::{CarrierSettings, SettingError};
use hansa_subgraph_host::Mode;
use std::time::Duration;

type Variable = (&'static str, &'static str);

const SECRET: Variable = ("HANSA_SHIPPING_CARRIER_SECRET", "s");
const ON: Variable = ("HANSA_SHIPPING_SANDBOX_CARRIER", "on");
const OFF: Variable = ("HANSA_SHIPPING_SANDBOX_CARRIER", "off");
const STEP: Variable = ("HANSA_SHIPPING_SANDBOX_STEP_MS", "200");

fn settings(variables: &[Variable]) -> Result<CarrierSettings, SettingError> {
    let found = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    CarrierSettings::from_variables(&found)
}

/// Where a carrier has a secret, parcels are real: nothing in this process says that they have come.
#[test]
fn the_sandbox_carries_where_no_carrier_does() {
    // Variables, how long a step takes, and whether production is warned.
    let cases: [(&[Variable], Option<u64>, bool); 9] = [
        (&[], Some(2_000), true),
        (&[STEP], Some(200), true),
        (&[("HANSA_SHIPPING_CARRIER_SECRET", "")], Some(2_000), true),
        (&[SECRET], None, false),
        (&[SECRET, STEP], None, false),
        (&[SECRET, ON], Some(2_000), false),
        (&[SECRET, OFF], None, false),
        (&[ON, STEP], Some(200), false),
        (&[OFF], None, false),
    ];
    for (variables, step, is_warned) in cases {
        let settings = settings(variables).unwrap();
        assert_eq!(settings.sandbox_step, step.map(Duration::from_millis), "{variables:?}");
        let warning = settings.warning(Mode::Production);
        assert_eq!(warning.is_some(), is_warned, "{variables:?}");
        for name in ["HANSA_SHIPPING_CARRIER_SECRET", "HANSA_SHIPPING_SANDBOX_CARRIER"] {
            assert!(warning.is_none_or(|text| text.contains(name)), "{warning:?}");
        }
        assert_eq!(settings.warning(Mode::Development), None, "{variables:?}");
    }
}

#[test]
fn a_value_that_is_none_is_an_error_that_names_it() {
    let wrong = [
        ("HANSA_SHIPPING_SANDBOX_CARRIER", "yes"),
        ("HANSA_SHIPPING_SANDBOX_CARRIER", ""),
        ("HANSA_SHIPPING_SANDBOX_STEP_MS", "0"),
        ("HANSA_SHIPPING_SANDBOX_STEP_MS", "86400001"),
        ("HANSA_SHIPPING_SANDBOX_STEP_MS", "2s"),
    ];
    for variable in wrong {
        let error = settings(&[SECRET, variable]).unwrap_err();
        assert_eq!((error.name, error.value.as_str()), variable);
    }
}
