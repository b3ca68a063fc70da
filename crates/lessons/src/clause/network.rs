//! Requests that the network carries (in the snapshot), and what comes back.

use crate::expect;
use crate::lang::Say;
use crate::reference::Reference;
use crate::scene::{Scene, Spot};
use api::Language;
use api::Value;
use kubelet::http::Request;
use network::{Outcome, Protocol, Reason};

/// `request: URL`
pub fn request(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let lang = scene.lang;
    let (url, spots) = match (scene.fill(clause.get("request").str()), scene.spots(clause.get("from"))) {
        (Ok(url), Ok(spots)) => (url, spots),
        (Err(words), _) | (_, Err(words)) => return Some(words),
    };
    let (host, port, path) = parts(&url)?;
    let from = spots.first().unwrap_or(&Spot::Workstation);
    let ways = [from.words(lang), url.clone()];
    let trace = scene.now.connect(&from.place(), host, port, Protocol::Tcp);
    let wants_none = clause.get("answers").as_bool() == Some(false);
    let listener = match trace.outcome {
        Outcome::Answered(listener) => listener,
        Outcome::Refused(_) | Outcome::TimedOut(_) | Outcome::Unreachable(_) | Outcome::Unresolved(_) if wants_none => {
            return None;
        }
        Outcome::Refused(reason)
        | Outcome::TimedOut(reason)
        | Outcome::Unreachable(reason)
        | Outcome::Unresolved(reason) => {
            return Some(lang.say(
                "A request from {0} to {1} gets no answer: {2}.",
                "{0}에서 {1}(으)로 보낸 요청에 응답이 없습니다: {2}.",
                &[&ways[0], &ways[1], why(reason, lang)],
            ));
        }
    };
    let header = api::text::or(clause.get("host").str(), host);
    let reply = scene.now.http(&listener, &Request::get(header, path)).unwrap_or_default();
    let wanted = match clause.get("answers") {
        Value::Null => Value::Int(200),
        wanted => wanted.clone(),
    };
    let status = i64::from(reply.status);
    if wants_none || !expect::number_holds(&wanted, status) {
        let wanted =
            if wants_none { lang.pick("no answer", "응답 없음").to_owned() } else { expect::words(&wanted, lang) };
        return Some(lang.say(
            "A request from {0} to {1} is answered with {2}; it should be {3}.",
            "{0}에서 {1}(으)로 보낸 요청의 응답이 {2}입니다. 필요한 응답: {3}.",
            &[&ways[0], &ways[1], &status.to_string(), &wanted],
        ));
    }
    let body = clause.get("body");
    if !body.is_null() && !expect::holds(body, &[&Value::from(reply.text())], &[]) {
        let first = reply.text().lines().next().unwrap_or_default().to_owned();
        return Some(lang.say(
            "A request from {0} to {1} is answered with \"{2}\"; it should be {3}.",
            "{0}에서 {1}(으)로 보낸 요청의 응답이 \"{2}\"입니다. 필요한 내용: {3}.",
            &[&ways[0], &ways[1], &first, &expect::words(body, lang)],
        ));
    }
    None
}

/// `reached: PODS` with `from: PODS`: since the step began, the network has carried a connection from one to another. Pods that have
/// gone since count as well: who asks once may do so from a Pod that ends with its answer.
pub fn reached(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let (to, from) = match (scene.reference(clause.get("reached")), scene.reference(clause.get("from"))) {
        (Ok(to), Ok(from)) => (to, from),
        (Err(problem), _) | (_, Err(problem)) => return Some(problem),
    };
    let mut known = |pods: &Reference| {
        let mut found = pods.find(&mut scene.now);
        found.extend(
            scene.now.api().store().log_of(pods.kind).map(|write| write.object.clone()).filter(|pod| pods.names(pod)),
        );
        found
    };
    let (targets, callers) = (known(&to), known(&from));
    let among = |place: &network::Place, pods: &[Value]| match place {
        network::Place::Pod(uid) => pods.iter().any(|pod| pod.uid() == uid.as_str()),
        _ => false,
    };
    let recent = scene.now.connections_after(0).filter(|carried| carried.at >= scene.began);
    let met = recent.map(|carried| &carried.trace).any(|trace| match &trace.outcome {
        Outcome::Answered(listener) => among(&trace.from, &callers) && among(&listener.place, &targets),
        _ => false,
    });
    let lang = scene.lang;
    (!met).then(|| {
        lang.say(
            "No connection from {0} to {1} has come about in this step yet.",
            "이 단계에서 {0}에서 {1}(으)로 이어진 연결이 아직 없습니다.",
            &[&from.words(lang), &to.words(lang)],
        )
    })
}

/// A URL's host, port and path. What is no URL is answered by nobody.
pub fn parts(url: &str) -> Option<(&str, u16, &str)> {
    let (usual, rest) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
        (Some(rest), _) => (80, rest),
        (_, Some(rest)) => (443, rest),
        _ => (80, url),
    };
    let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    match authority.rsplit_once(':') {
        Some((host, port)) => Some((host, port.parse().unwrap_or(0), path)),
        None => Some((authority, usual, path)),
    }
}

fn why(reason: Reason, lang: Language) -> &'static str {
    let (en, ko) = match reason {
        Reason::NoNetwork => ("the sender has no network", "보내는 쪽에 네트워크가 없습니다"),
        Reason::PodNetworkIsInside => (
            "a Pod's address cannot be reached from outside the cluster",
            "Pod의 주소는 클러스터 바깥에서 닿지 않습니다",
        ),
        Reason::ServiceNetworkIsInside => {
            ("a cluster IP cannot be reached from outside the cluster", "클러스터 IP는 클러스터 바깥에서 닿지 않습니다")
        }
        Reason::NoSuchService => ("no Service has this address and port", "이 주소와 포트를 가진 Service가 없습니다"),
        Reason::NoEndpoints => ("the Service has no ready endpoint", "Service에 준비된 엔드포인트가 없습니다"),
        Reason::NoLocalEndpoints => {
            ("the Service has no endpoint on this node", "이 노드에는 Service의 엔드포인트가 없습니다")
        }
        Reason::SourceRefused => (
            "the Service's loadBalancerSourceRanges do not have the caller's address",
            "Service의 loadBalancerSourceRanges에 보낸 쪽 주소가 없습니다",
        ),
        Reason::NoSuchAddress => ("nobody has this address", "이 주소를 가진 것이 없습니다"),
        Reason::NodeDown => ("the node is down", "노드가 꺼져 있습니다"),
        Reason::NothingListens => ("nothing listens on this port", "이 포트에서 듣는 것이 없습니다"),
        Reason::NoHealthyNode => ("the load balancer has no healthy node", "로드 밸런서에 건강한 노드가 없습니다"),
        Reason::PortNotBalanced => {
            ("the load balancer does not serve this port", "로드 밸런서가 이 포트를 맡고 있지 않습니다")
        }
        Reason::IngressDenied => ("a NetworkPolicy does not let it in", "NetworkPolicy가 들어오는 것을 막았습니다"),
        Reason::EgressDenied => ("a NetworkPolicy does not let it out", "NetworkPolicy가 나가는 것을 막았습니다"),
        Reason::NameUnknown => ("DNS does not know this name", "DNS가 이 이름을 모릅니다"),
        Reason::NoNameServer => ("the name server does not answer", "네임 서버가 응답하지 않습니다"),
        Reason::Filtered => ("a rule of iptables on a node stops it", "노드의 iptables 규칙이 막았습니다"),
        Reason::BridgeDown => ("the bridge of a node's Pods is down", "노드에서 Pod을 잇는 브리지가 내려가 있습니다"),
        Reason::HopLimit => ("it went in circles", "제자리를 맴돌았습니다"),
    };
    lang.pick(en, ko)
}
