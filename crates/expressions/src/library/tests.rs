//! Each library by expressions that must be true, and by what wrong ones say.

use crate::evaluate::compile;

fn holds(expressions: &[&str]) {
    for expression in expressions {
        let held = compile(expression, &[]).and_then(|compiled| compiled.holds(&[]));
        assert_eq!(held, Ok(true), "{expression}");
    }
}

fn fails(expression: &str, why: &str) {
    let said = compile(expression, &[]).and_then(|compiled| compiled.holds(&[])).unwrap_err();
    assert!(said.contains(why), "{expression}: {said}");
}

#[test]
fn quantities() {
    holds(&[
        "quantity('1.5Gi').isGreaterThan(quantity('1536Mi')) == false && quantity('1.5Gi') == quantity('1536Mi')",
        "quantity('50k').asInteger() == 50000 && !quantity('9999m').isInteger()",
        "quantity('50k').add('20k' == '' ? 0 : 20) == quantity('50020') && quantity('3').sub(quantity('5')).sign() == -1",
        "quantity('200M').compareTo(quantity('0.2G')) == 0 && quantity('1').isLessThan(quantity('2'))",
        "isQuantity('1.3G') && !isQuantity('Three') && quantity('1500m').asApproximateFloat() == 1.5",
    ]);
    fails("quantity('1.5').asInteger() == 1", "cannot convert value to integer");
    fails("quantity('1').isLessThan('2')", "no such overload");
}

#[test]
fn addresses_and_networks() {
    holds(&[
        "isIP('127.0.0.1') && isIP('::1') && !isIP('256.0.0.1') && !isIP('::ffff:1.2.3.4')",
        "ip('127.0.0.1').family() == 4 && ip('2001:db8::1').family() == 6 && ip('127.0.0.1').isLoopback()",
        "ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD')",
        "ip('169.254.1.1').isLinkLocalUnicast() && ip('224.0.0.1').isLinkLocalMulticast() && ip('0.0.0.0').isUnspecified()",
        "ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()",
        "string(ip('192.168.0.1')) == '192.168.0.1' && string(cidr('10.0.0.0/8')) == '10.0.0.0/8'",
        "cidr('192.168.0.0/24').containsIP('192.168.0.9') && !cidr('192.168.0.0/24').containsIP(ip('192.168.1.1'))",
        "cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24') && !cidr('192.168.1.0/24').containsCIDR(cidr('192.168.0.0/16'))",
        "cidr('192.168.1.5/24').ip() == ip('192.168.1.5') && cidr('192.168.1.5/24').masked() == cidr('192.168.1.0/24')",
        "cidr('::/0').prefixLength() == 0 && cidr('0.0.0.0/0').containsIP('8.8.8.8') && !isCIDR('10.0.0.0/33') && !isCIDR('10.0.0.0/08')",
    ]);
    fails("ip('x') == ip('y')", "IP Address \"x\" parse error during conversion from string");
    fails("cidr('x') == cidr('y')", "network address parse error during conversion from string");
}

#[test]
fn urls() {
    holds(&[
        "isURL('https://a:80/') && isURL('/path') && !isURL('../relative') && !isURL('a:b') && !isURL('')",
        "url('https://[::1]:80/').getHost() == '[::1]:80' && url('https://[::1]:80/').getHostname() == '::1'",
        "url('https://u@example.com:8443/a b?k=v%20w&k=x').getPort() == '8443' && url('/p').getScheme() == ''",
        "url('https://example.com/with space').getEscapedPath() == '/with%20space' && url('https://a').getEscapedPath() == ''",
        "url('https://a/?k=v%20w&k=x').getQuery()['k'] == ['v w', 'x'] && url('https://a').getQuery().size() == 0",
    ]);
    fails("url('https://a:port/').getPort() == ''", "invalid port \":port\" after host");
}

#[test]
fn versions() {
    holds(&[
        "isSemver('1.2.3-rc.1+b') && !isSemver('1.0') && !isSemver('v1.0.0') && isSemver('v01.0', true) && !isSemver('1.01.0')",
        "semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('v1.2', true).patch() == 0",
        "semver('1.0.0-alpha').isLessThan(semver('1.0.0-alpha.1')) && semver('1.0.0-alpha.1').isLessThan(semver('1.0.0-beta.2'))",
        "semver('1.0.0-rc.9').isLessThan(semver('1.0.0-rc.10')) && semver('1.0.0').isGreaterThan(semver('1.0.0-rc.1'))",
        "semver('1.2.3+a').compareTo(semver('1.2.3+b')) == 0",
    ]);
    fails("semver('1.0').major() == 1", "No Major.Minor.Patch elements found");
}

#[test]
fn formats() {
    holds(&[
        "!format.dns1123Label().validate('my-label').hasValue() && format.dns1123Label().validate('A').value().size() == 1",
        "format.named('uuid').hasValue() && !format.named('nonsense').hasValue()",
        "!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue() && format.uuid().validate('x').hasValue()",
        "!format.dns1123LabelPrefix().validate('my-').hasValue() && format.date().validate('2021-13-01').hasValue()",
        "!format.datetime().validate('2021-01-01T00:00:00Z').hasValue() && !format.byte().validate('aGVsbG8=').hasValue()",
        "format.labelValue() == format.named('labelValue').value() && !format.uri().validate('http://example.com').hasValue()",
    ]);
}

#[test]
fn lists_and_patterns() {
    holds(&[
        "[1, 2, 3].isSorted() && [1, 2].sum() == 3 && 'abc 123 456'.find('[0-9]+') == '123'",
        "'abc 123 456'.findAll('[0-9]+') == ['123', '456'] && '123 456'.findAll('[0-9]+', 1) == ['123']",
        "'a-b'.format([]) == 'a-b' && '%s-%d'.format(['x', 1]) == 'x-1'",
    ]);
    fails("[9223372036854775807, 1].sum() == 0", "integer overflow");
}
