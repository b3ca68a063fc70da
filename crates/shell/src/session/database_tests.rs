//! Databases: who may connect, and where data goes.

use super::cluster_tests::asking;

#[test]
fn what_mysql_is_told_lives_as_long_as_its_volume() {
    let mut ask = asking(false);
    ask("kubectl apply -f - <<EOF\n\
         {apiVersion: v1, kind: Service, metadata: {name: mysql}, spec: {selector: {app: mysql}, ports: [{port: 3306}], clusterIP: None}}\n\
         ---\n{apiVersion: v1, kind: PersistentVolume, metadata: {name: mysql-pv}, spec: {storageClassName: manual, capacity: {storage: 20Gi}, \
         accessModes: [ReadWriteOnce], hostPath: {path: /mnt/data}}}\n\
         ---\n{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: mysql-pv-claim}, spec: {storageClassName: manual, accessModes: \
         [ReadWriteOnce], resources: {requests: {storage: 20Gi}}}}\n\
         ---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: mysql}, spec: {selector: {matchLabels: {app: mysql}}, strategy: {type: \
         Recreate}, template: {metadata: {labels: {app: mysql}}, spec: {nodeName: node1, containers: [{name: mysql, image: \"mysql:9\", env: \
         [{name: MYSQL_ROOT_PASSWORD, value: password}], volumeMounts: [{name: data, mountPath: /var/lib/mysql}]}], volumes: [{name: data, \
         persistentVolumeClaim: {claimName: mysql-pv-claim}}]}}}}\nEOF\nsleep 30; kubectl rollout status deploy/mysql");
    let inside = |sql: &str| format!("kubectl exec deploy/mysql -- mysql -ppassword -e \"{sql}\" 2>/dev/null");
    assert_eq!(ask(&inside("select 1")), "1\n1\n");
    assert_eq!(ask(&inside("create database shop; create table shop.items (id int)")), "");
    let denied = ask("kubectl exec deploy/mysql -- mysql -uroot -pguess -e 'select 1'");
    assert!(
        denied.contains("ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)"),
        "{denied}"
    );
    let made = "use shop; create table if not exists orders (id int auto_increment primary key, what varchar(20)); \
                insert into orders (what) values ('tea'), ('it''s')";
    assert_eq!(ask(&inside(made)), "");
    // From elsewhere, by the Service's name.
    let far = ask(
        "kubectl run cli --image=mysql:9 -i --rm --restart=Never --quiet -- mysql -h mysql -ppassword shop -e 'select * from orders' 2>/dev/null",
    );
    assert!(far.starts_with("id\twhat\n1\ttea\n2\tit's\n"), "{far}");
    // The Pod dies, the volume does not; nor does the password that was noted in it.
    ask("kubectl set env deploy/mysql MYSQL_ROOT_PASSWORD=other; sleep 30; kubectl rollout status deploy/mysql");
    assert_eq!(ask(&inside("select count(*) from shop.orders where id > 1")), "count(*)\n1\n");
    assert!(ask("kubectl exec deploy/mysql -- ls /var/lib/mysql/shop").contains("orders.ibd"));
    assert!(ask("kubectl exec deploy/mysql -- mysql -pother -e 'select 1'").contains("ERROR 1045"));
    assert!(ask(&inside("show databases")).contains("shop"));
    let wrong = ask("kubectl exec deploy/mysql -- mysql -ppassword -e 'selec 1'");
    assert!(wrong.contains("ERROR 1064 (42000) at line 1: You have an error in your SQL syntax"), "{wrong}");
    ask("kubectl scale deploy/mysql --replicas=0; sleep 35");
    let nobody = ask(
        "kubectl run cli --image=mysql:9 -i --rm --restart=Never --quiet -- mysql -h mysql -ppassword -e 'select 1'",
    );
    assert!(nobody.contains("ERROR 2005 (HY000): Unknown MySQL server host 'mysql' (-2)"), "{nobody}");
}

#[test]
fn psql_shows_tables_and_whom_it_refuses() {
    let mut ask = asking(false);
    ask(
        "kubectl run db --image=postgres:17 --env=POSTGRES_PASSWORD=pw --env=POSTGRES_DB=shop --port=5432 --expose; sleep 12",
    );
    let inside = |sql: &str| format!("kubectl exec db -- psql -U postgres -c \"{sql}\"");
    assert_eq!(ask(&inside("select 1")), " ?column? \n----------\n        1\n(1 row)\n\n");
    assert_eq!(
        ask(&inside("create table t (id serial primary key, name text, at timestamp default now(), n int default 7)")),
        "CREATE TABLE\n"
    );
    assert_eq!(ask(&inside("insert into t (name) values ('a'), ('bb')")), "INSERT 0 2\n");
    let shown = " id | name | n \n----+------+---\n  2 | bb   | 7\n  1 | a    | 7\n(2 rows)\n\n";
    assert_eq!(ask(&inside("select id, name, n from t order by id desc")), shown);
    assert!(ask(&inside("select at from t")).contains(" 2026-01-05 09:00:"));
    assert_eq!(ask("kubectl exec db -- psql -U postgres -tAc 'select count(*) from t'"), "2\n");
    assert!(ask(&inside("\\\\dt")).contains(" public | t    | table | postgres\n"));
    assert!(ask(&inside("\\\\l")).contains(" shop "));
    assert!(ask(&inside("select * from nope")).contains("ERROR:  relation \"nope\" does not exist"));
    let asked = |ask: &mut dyn FnMut(&str) -> String, sql: &str| {
        ask(&format!("kubectl exec db -- psql -U postgres -tAc \"{sql}\""))
    };
    assert_eq!(asked(&mut ask, "update t set name = 'C:\\\\temp', n = 8 where id = 1"), "UPDATE 1\n");
    assert_eq!(asked(&mut ask, "select name from t where name like 'C%p' and n in (8, 9)"), "C:\\temp\n");
    assert_eq!(asked(&mut ask, "select id from t where name not like 'C%'"), "2\n");
    assert_eq!(asked(&mut ask, "drop table if exists nope"), "DROP TABLE\n");
    assert!(asked(&mut ask, "update t set nope = 1").contains("column \"nope\" does not exist"));
    assert!(ask("kubectl exec db -- psql -c 'select 1'").contains("FATAL:  role \"root\" does not exist"));
    let far = |more: &str| {
        format!(
            "kubectl run c --image=postgres:17 -i --rm --restart=Never --quiet {more} -- psql -h db -U postgres shop -c 'select current_database()'"
        )
    };
    assert!(ask(&far("")).contains("fe_sendauth: no password supplied"));
    assert!(ask(&far("--env=PGPASSWORD=x")).contains("FATAL:  password authentication failed for user \"postgres\""));
    assert!(ask(&far("--env=PGPASSWORD=pw")).contains(" shop\n"));
}

#[test]
fn a_client_at_a_terminal_takes_statements_until_it_is_told_to_quit() {
    let mut ask = asking(true);
    ask("kubectl run db --image=mysql:9 --env=MYSQL_ROOT_PASSWORD=pw; sleep 12");
    let begun = ask("kubectl exec -it db -- mysql -ppw");
    assert!(begun.contains("Welcome to the MySQL monitor.") && begun.contains("mysql> "), "{begun}");
    assert!(ask("create database shop;").contains("Query OK, "));
    assert!(ask("use shop;").contains("Database changed"));
    assert!(ask("create table t (a int,").contains("    -> "));
    ask("b text);");
    ask("insert into t values (1, 'x');");
    let shown = ask("select * from t;");
    assert!(shown.contains("+---+---+\n| a | b |\n+---+---+\n| 1 | x |\n+---+---+\n1 row in set"), "{shown}");
    let changed = ask("update t set b = 'y' where a = 1;");
    assert!(
        changed.contains("Query OK, 1 row affected") && changed.contains("Rows matched: 1  Changed: 1"),
        "{changed}"
    );
    assert!(ask("quit").contains("Bye"));
    assert!(ask("echo outside").contains("outside"));
}

#[test]
fn a_container_may_wait_for_a_database_and_ask_it() {
    let mut ask = asking(false);
    ask(
        "kubectl apply -f - <<EOF\n{apiVersion: v1, kind: Pod, metadata: {name: app}, spec: {initContainers: [{name: wait, image: \"postgres:17\", \
         command: [sh, -c, 'until pg_isready -h db; do sleep 2; done']}], containers: [{name: c, image: \"redis:7\", command: [sh, -c, \
         'redis-cli -h cache set k v; redis-cli -h cache get k; sleep 1d']}]}}\nEOF\nsleep 15",
    );
    assert!(ask("kubectl get pod app").contains("Init:0/1"));
    ask("kubectl run cache --image=redis:7 --port=6379 --expose; sleep 5");
    ask("kubectl run db --image=postgres:17 --env=POSTGRES_PASSWORD=pw --port=5432 --expose; sleep 20");
    assert!(ask("kubectl get pod app").contains("Running"));
    let waited = ask("kubectl logs app -c wait");
    assert!(
        waited.starts_with("db:5432 - no response\n") && waited.ends_with("db:5432 - accepting connections\n"),
        "{waited}"
    );
    assert_eq!(ask("kubectl logs app -c c"), "OK\nv\n");
    // A client is a container's own process, too.
    ask(
        "kubectl run once --image=postgres:17 --restart=Never --env=PGPASSWORD=pw -- psql -h db -U postgres -tc 'select 40'; sleep 8",
    );
    assert_eq!(ask("kubectl logs once"), "       40\n\n");
    ask("kubectl run fails --image=mysql:9 --restart=Never -- mysql -h nowhere -e 'select 1'; sleep 8");
    assert!(ask("kubectl get pod fails").contains("Error"));
    assert!(ask("kubectl logs fails").contains("Unknown MySQL server host 'nowhere'"));
}
