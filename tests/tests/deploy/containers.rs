//! Containers have no more rights than they need, and the time and the secrets that they do need.

use crate::read::{at, document, documents, files_below, find_all, text, texts};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The user of our own images, who owns nothing else.
const USER: u64 = 65532;

/// How long the service takes to end at most, in seconds, and the grace that it may be given before.
const ENDS_WITHIN: u64 = 20;
const MOST_GRACE: u64 = 15;

fn services() -> Vec<(String, Value)> {
    let compose = document("deploy/compose.yaml");
    let services = compose["services"].as_object().expect("services").clone();
    services.into_iter().collect()
}

/// Returns each pod that the files describe, with the file's path.
fn pods() -> Vec<(String, Value)> {
    let mut pods = Vec::new();
    for path in files_below("deploy/kubernetes") {
        for document in documents(&path) {
            let found = find_all(&document, "template").into_iter();
            pods.extend(found.map(|template| (path.clone(), template["spec"].clone())));
        }
    }
    assert_eq!(pods.len(), 3, "the service, its migration and its backup");
    pods
}

/// Returns what a service of Compose may do beyond what it needs.
fn rights_of(service: &Value) -> Vec<&'static str> {
    let user = service["user"].as_str().unwrap_or_default();
    let user: Option<u64> = user.split(':').next().and_then(|user| user.parse().ok());
    let checks = [
        (user.is_some_and(|user| user > 0), "it is root, or whoever the image says"),
        (service["read_only"] == true, "it can write to its own files"),
        (service["cap_drop"] == json!(["ALL"]), "it keeps capabilities"),
        (service.get("cap_add").is_none(), "it is given capabilities"),
        (
            service["security_opt"] == json!(["no-new-privileges:true"]),
            "its programs can gain rights",
        ),
        (service.get("privileged").is_none(), "it is privileged"),
        (service.get("network_mode").is_none(), "it is in the network of the machine"),
        (service["mem_limit"].is_string(), "it can take all memory"),
        (service["pids_limit"].is_u64(), "it can start without end"),
    ];
    checks.into_iter().filter(|(is_well, _)| !is_well).map(|(_, what)| what).collect()
}

#[test]
fn no_service_is_root_or_writes_to_its_own_files() {
    let services = services();
    assert_eq!(services.len(), 5, "{services:?}");

    for (name, service) in &services {
        assert_eq!(rights_of(service), Vec::<&str>::new(), "{name}");
    }
    assert_eq!(rights_of(&json!({"user": "0:0", "privileged": true})).len(), 7);
}

#[test]
fn no_pod_is_root_or_writes_to_its_own_files() {
    let namespace = document("deploy/kubernetes/namespace.yaml");
    let labels = &namespace["metadata"]["labels"];
    assert_eq!(labels["pod-security.kubernetes.io/enforce"], "restricted");

    for (path, pod) in pods() {
        let expected = json!({"runAsNonRoot": true, "runAsUser": USER, "runAsGroup": USER,
            "fsGroup": USER, "seccompProfile": {"type": "RuntimeDefault"}});
        assert_eq!(pod["securityContext"], expected, "{path}");
        assert_eq!(pod["automountServiceAccountToken"], false, "{path}");
        for key in ["hostNetwork", "hostPID", "hostIPC", "hostPath"] {
            assert!(find_all(&pod, key).is_empty(), "{path}: {key}");
        }
        let containers = pod["containers"].as_array().unwrap();
        assert_eq!(containers.len(), 1, "{path}");
        for container in containers {
            let expected = json!({"allowPrivilegeEscalation": false,
                "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}});
            assert_eq!(container["securityContext"], expected, "{path}");
            assert!(container["resources"]["limits"]["memory"].is_string(), "{path}");
        }
    }
}

#[test]
fn the_images_end_as_a_user_who_is_not_root() {
    for name in ["Dockerfile", "Dockerfile.backup", "Dockerfile.caddy"] {
        let text = text(&format!("deploy/{name}"));
        let mut users = text.lines().filter_map(|line| line.strip_prefix("USER "));
        assert_eq!(users.next_back(), Some(format!("{USER}:{USER}").as_str()), "{name}");
    }
    let image = text("deploy/Dockerfile");
    let last = image.lines().rfind(|line| line.starts_with("FROM ")).unwrap();
    assert!(last.starts_with("FROM gcr.io/distroless/static-"), "{last}");
    assert!(image.contains("\nENTRYPOINT [\"asyncbot\"]\nCMD [\"serve\"]\n"));
    for (name, service) in services() {
        if at(&service, "/image").starts_with("asyncbot") {
            assert_eq!(service["user"], format!("{USER}:{USER}"), "{name}");
        }
    }
}

/// Returns the seconds of a time such as 30s or 2m.
fn seconds(time: &str) -> u64 {
    let (number, unit) = time.split_at(time.len() - 1);
    let number: u64 = number.parse().expect("a number");
    if unit == "m" { number * 60 } else { number }
}

#[test]
fn whoever_stops_the_service_waits_until_it_has_ended() {
    let compose = document("deploy/compose.yaml");
    let stop = at(&compose, "/services/asyncbot/stop_grace_period").to_owned();
    assert!(seconds(&stop) > ENDS_WITHIN, "{stop}");

    let unit = text("deploy/systemd/asyncbot.service");
    let stop = unit.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")).unwrap();
    assert!(stop.parse::<u64>().unwrap() > ENDS_WITHIN, "{stop}");

    let deployment = &documents("deploy/kubernetes/deployment.yaml")[0];
    let pod = &deployment["spec"]["template"]["spec"];
    assert!(pod["terminationGracePeriodSeconds"].as_u64() > Some(ENDS_WITHIN));
    let grace = find_all(pod, "env")[0].as_array().unwrap();
    let grace = grace.iter().find(|item| item["name"] == "ASYNCBOT_STOP_GRACE").unwrap();
    assert!(at(grace, "/value").parse::<u64>().unwrap() <= MOST_GRACE, "{grace}");
    let told = text("docs/OPERATIONS.md");
    assert!(told.contains("all within 20 seconds"), "the page on operations says another time");
}

#[test]
fn the_bot_believes_caddy_and_nobody_else() {
    let compose = document("deploy/compose.yaml");
    let caddy = at(&compose, "/services/caddy/networks/edge/ipv4_address");
    let bot = at(&compose, "/services/asyncbot/networks/edge/ipv4_address");
    let trusted = at(&compose, "/services/asyncbot/environment/ASYNCBOT_TRUSTED_PROXIES");

    assert_eq!(trusted, format!("{caddy}/32"));
    assert_ne!(caddy, bot);
    assert_eq!(compose["networks"]["database"]["internal"], true);
    let on_edge: Vec<String> = services()
        .into_iter()
        .filter(|(_, service)| !find_all(&service["networks"], "edge").is_empty())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(on_edge, ["asyncbot", "caddy"]);
    // On one machine without containers the proxy is on it as well.
    let settings = text("deploy/systemd/asyncbot.env");
    assert!(settings.contains("\nASYNCBOT_TRUSTED_PROXIES=127.0.0.1/32\n"));
}

#[test]
fn every_secret_of_a_service_is_a_file_that_is_made_and_mounted() {
    let compose = document("deploy/compose.yaml");
    let maker = text("deploy/make-secrets");
    let mut used = BTreeSet::new();

    for (name, service) in services() {
        let mounted: BTreeSet<&str> = texts(&service["secrets"]).into_iter().collect();
        for (variable, value) in service["environment"].as_object().unwrap() {
            let Some(secret) = value.as_str().and_then(|it| it.strip_prefix("/run/secrets/"))
            else {
                assert!(!variable.ends_with("_FILE"), "{name}: {variable}");
                continue;
            };
            assert!(variable.ends_with("_FILE"), "{name}: {variable}");
            assert!(mounted.contains(secret), "{name}: {secret} is not mounted");
        }
        used.extend(mounted.iter().map(|secret| (*secret).to_owned()));
    }

    let declared = compose["secrets"].as_object().unwrap();
    assert_eq!(used, declared.keys().cloned().collect::<BTreeSet<_>>());
    for (name, secret) in declared {
        assert_eq!(at(secret, "/file"), format!("./secrets/{name}"));
        assert!(maker.contains(name.as_str()), "make-secrets does not make {name}");
    }
    // Who runs the bot may not change the schema, and who migrates seals nothing.
    let of = |service: &str| texts(&compose["services"][service]["secrets"]).join(" ");
    assert!(!of("asyncbot").contains("owner"), "{}", of("asyncbot"));
    assert_eq!(of("migrate"), "database_owner_url");
}

#[test]
fn every_secret_of_a_pod_is_named_where_they_are_to_be_made() {
    let told = text("deploy/kubernetes/settings.yaml");
    let mut seen = 0;

    for (path, pod) in pods() {
        let volumes = pod["volumes"].as_array().unwrap();
        let secret = volumes.iter().find(|volume| volume["name"] == "secrets").unwrap();
        let secret = at(secret, "/secret/secretName");
        let line = told.lines().find(|line| line.starts_with(&format!("#   {secret} ")));
        let line = line.unwrap_or_else(|| panic!("{path}: {secret} is not told of"));
        for item in find_all(&pod, "env")[0].as_array().unwrap() {
            let value = at(item, "/value");
            if let Some(key) = value.strip_prefix("/run/secrets/asyncbot/") {
                assert!(line.contains(&format!(" {key}")), "{path}: {key} is not in {line:?}");
                seen += 1;
            } else {
                assert!(!at(item, "/name").ends_with("_FILE"), "{path}: {item}");
            }
        }
    }

    assert_eq!(seen, 9);
    let deployment = &documents("deploy/kubernetes/deployment.yaml")[0];
    assert_eq!(deployment["spec"]["replicas"], 2);
    let owner = find_all(deployment, "secretName").into_iter().filter(|name| **name != "asyncbot");
    assert_eq!(owner.count(), 0, "the service has the owner's secret");
}

#[test]
fn policies_choose_pods_that_are_there() {
    let labels: Vec<Value> = ["deployment", "migrate", "backup"]
        .iter()
        .flat_map(|name| documents(&format!("deploy/kubernetes/{name}.yaml")))
        .flat_map(|document| {
            let templates = find_all(&document, "template").into_iter();
            templates.map(|template| template["metadata"]["labels"].clone()).collect::<Vec<_>>()
        })
        .collect();
    let chooses = |chosen: &Value, labels: &Value| {
        let chosen = chosen.as_object().unwrap();
        chosen.iter().all(|(name, value)| labels.get(name) == Some(value))
    };
    let mut chosen = 0;

    for path in ["deploy/kubernetes/network.yaml", "deploy/kubernetes/deployment.yaml"] {
        for document in documents(path) {
            for key in ["podSelector", "selector"] {
                let Some(selector) = document["spec"].get(key) else { continue };
                let selector = selector.get("matchLabels").unwrap_or(selector);
                let pods = labels.iter().filter(|labels| chooses(selector, labels)).count();
                assert!(pods > 0, "{path}: {selector} chooses no pod");
                chosen += 1;
            }
            assert_eq!(document["metadata"]["namespace"], "asyncbot", "{path}");
        }
    }

    assert_eq!(chosen, 6, "three policies, the service, its balancer and its budget");
    let nothing = &documents("deploy/kubernetes/network.yaml")[0];
    let expected = json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]});
    assert_eq!(nothing["spec"], expected, "what is not named is closed");
}
