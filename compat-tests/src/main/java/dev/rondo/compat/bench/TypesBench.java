package dev.rondo.compat.bench;

import dev.rondo.compat.process.RedisServers;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code rondo bench types}: every test that redis-benchmark has, against redis-server and a Rondo node without cluster
 * mode, since MSET of random keys is for those. In its own order, so that each test finds what the one before left:
 * SPOP takes what SADD has added, and LRANGE reads a list that it made. Keys, members and scores are drawn from as many
 * as there are requests, so that most commands find or add one.
 */
@Command(
        name = "types",
        mixinStandardHelpOptions = true,
        description = "Runs every test of redis-benchmark against redis-server and a plain Rondo side by side.")
final class TypesBench implements Callable<Integer> {
    private static final int MOST_REQUESTS = 2_000_000;
    /** LRANGE answers with hundreds of elements, so that fewer requests take as long. */
    private static final int LRANGE_SHARE = 10;

    @Option(names = "--rounds", description = "how often each measurement is repeated (default: ${DEFAULT-VALUE})")
    private int rounds = 3;

    @Option(names = "--depths", split = ",", description = "pipeline depths (default: ${DEFAULT-VALUE})")
    private List<Integer> depths = List.of(1, 16);

    @Option(names = "--tests", split = ",", description = "tests of redis-benchmark (default: ${DEFAULT-VALUE})")
    private List<String> tests = List.of(
            "PING_INLINE",
            "PING_MBULK",
            "SET",
            "GET",
            "INCR",
            "LPUSH",
            "RPUSH",
            "LPOP",
            "RPOP",
            "SADD",
            "HSET",
            "SPOP",
            "ZADD",
            "ZPOPMIN",
            "LRANGE_100",
            "LRANGE_300",
            "LRANGE_500",
            "LRANGE_600",
            "MSET");

    @Option(names = "--clients", description = "connections (default: ${DEFAULT-VALUE})")
    private int clients = 50;

    @Option(names = "--data", description = "bytes of a value (default: ${DEFAULT-VALUE})")
    private int dataBytes = 100;

    @Option(
            names = "--requests",
            description = "requests of one measurement at depth 1, four times as many at higher ones, a tenth of LRANGE"
                    + " (default: ${DEFAULT-VALUE})")
    private int requestsAtDepth1 = 100_000; // as redis-benchmark by itself

    @Override
    public Integer call() {
        System.out.printf(
                "%d cores, Java %s; redis-benchmark -c %d -d %d, -r as many as requests, %d rounds in turns, medians%n%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                clients,
                dataBytes,
                rounds);
        List<Comparison> rows = new ArrayList<>();
        for (int depth : depths) {
            for (String test : tests) {
                rows.add(new Comparison(test, depth));
            }
        }
        try (ServerProcess redis = RedisServers.plain();
                ServerProcess rondo = RondoNodes.plainAsUsersDo()) {
            compare(rows, redis, rondo);
        }
        rows.sort(Comparator.comparingInt(row -> tests.indexOf(row.test())));
        Comparison.print("All types", "redis-server", rows);
        return 0;
    }

    private void compare(List<Comparison> rows, ServerProcess redis, ServerProcess rondo) {
        for (int round = -1; round < rounds; round++) {
            int depth = 0;
            for (Comparison row : rows) {
                if (row.depth() != depth) { // every pass through the tests begins without collections
                    depth = row.depth();
                    removeCollections(redis);
                    removeCollections(rondo);
                }
                if (round < 0) { // unmeasured: the JVM compiles
                    run(redis, row);
                    run(rondo, row);
                } else {
                    row.measure(round, () -> run(redis, row), () -> run(rondo, row));
                }
            }
        }
    }

    private static void removeCollections(ServerProcess server) {
        server.ask("DEL", "mylist", "myset", "myhash", "myzset");
    }

    private Measurement run(ServerProcess server, Comparison row) {
        int requests = Math.min(MOST_REQUESTS, requestsAtDepth1 * (row.depth() == 1 ? 1 : 4));
        boolean isRange = row.test().startsWith("LRANGE");
        return new RedisBenchmark(clients, dataBytes, requests)
                .run(server.port(), false, row.test(), row.depth(), isRange ? requests / LRANGE_SHARE : requests);
    }
}
