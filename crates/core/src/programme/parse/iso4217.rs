//! The currencies of ISO 4217 that shops take, and their minor units.
//!
//! Funds codes, metals and codes withdrawn before 2025 are left out. Source: ISO 4217 list one.

/// Codes in alphabetical order.
const CODES: &str = "\
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG \
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA \
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD \
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX \
    USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";
/// Codes without a minor unit.
const WITHOUT_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
/// Codes with thousandths.
const WITH_THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";

/// The decimal places of an ISO 4217 code's minor unit; `None` for what is no such code.
pub fn money_exponent(code: &str) -> Option<u8> {
    let among = |codes: &str| codes.split(' ').any(|known| known == code);
    if !among(CODES) {
        None
    } else if among(WITHOUT_DECIMALS) {
        Some(0)
    } else if among(WITH_THREE_DECIMALS) {
        Some(3)
    } else {
        Some(2)
    }
}
