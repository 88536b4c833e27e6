//! Answers that are put in.

use super::{basic, last_call, samples, start, try_call};
use serde_json::{Value, json};

#[tokio::test]
async fn every_sample_is_answered_word_for_word() {
    let bench = start().await;
    let mut served = 0;
    for sample in samples() {
        let Some(path) = sample["path"].as_str() else { continue };
        let mut raw = json!({"service_user": "SVC1", "path": path, "status": sample["status"]});
        for name in ["body", "raw_body", "headers"] {
            if !sample[name].is_null() {
                raw[name] = sample[name].clone();
            }
        }
        bench.sim("POST", "hibob/raw", &raw).await;

        let answer = try_call(&bench, ("GET", path), Some(basic("SVC1:any")), &Value::Null).await;

        let answer = answer.unwrap();
        assert_eq!(u64::from(answer.status.as_u16()), sample["status"], "{sample}");
        match sample["raw_body"].as_str() {
            Some(text) => assert_eq!(answer.body, text),
            None => assert_eq!(super::json_of(&answer), sample["body"]),
        }
        for (name, value) in sample["headers"].as_object().into_iter().flatten() {
            assert_eq!(answer.header(&name.to_lowercase()), value.as_str(), "{sample}");
        }
        served += 1;
    }
    assert_eq!(served, 37);
    assert_eq!(last_call(&bench).await["fault"], "raw");
}

#[tokio::test]
async fn an_answer_is_put_in_for_one_service_user_one_path_and_so_many_calls() {
    let bench = start().await;
    let raw = json!({"service_user": "SVC1", "path": "timeoff/whosout", "raw_body": "<p>no</p>", "times": 2});
    bench.sim("POST", "hibob/raw", &raw).await;
    let path = "timeoff/whosout?from=2026-06-01&to=2026-06-01";
    let get = async |pair: &str, path: &str| {
        try_call(&bench, ("GET", path), Some(basic(pair)), &Value::Null).await.unwrap()
    };

    assert_eq!(get("SVC2:tok", path).await.status, 401);
    assert_eq!(get("SVC1:tok", "timeoff/outtoday").await.status, 200);
    for body in ["<p>no</p>", "<p>no</p>", "{\"outs\":[]}"] {
        assert_eq!(get("SVC1:tok", path).await.body, body);
    }
    bench.sim("POST", "hibob/raw", &raw).await;
    bench.sim("DELETE", "hibob/raw", &Value::Null).await;
    assert_eq!(get("SVC1:tok", path).await.body, "{\"outs\":[]}");
    for unfit in [
        json!({"status": 99}),
        json!({"times": 0}),
        json!({"body": {}, "raw_body": ""}),
        json!({"headers": {"a b": "c"}}),
    ] {
        assert_eq!(bench.raw("POST", "hibob/raw", &unfit).await.0, 422, "{unfit}");
    }
}
