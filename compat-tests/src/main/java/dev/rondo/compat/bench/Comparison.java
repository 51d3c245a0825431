package dev.rondo.compat.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One line of a table: the same test at the same depth of Redis and of Rondo, over all rounds. */
final class Comparison {
    private final String test;
    private final int depth;
    private final List<Measurement> redis = new ArrayList<>();
    private final List<Measurement> rondo = new ArrayList<>();

    Comparison(String test, int depth) {
        this.test = test;
        this.depth = depth;
    }

    String test() {
        return test;
    }

    int depth() {
        return depth;
    }

    /** Measures both once more, in every other round Rondo first. */
    void measure(int round, Supplier<Measurement> ofRedis, Supplier<Measurement> ofRondo) {
        boolean redisFirst = round % 2 == 0;
        if (redisFirst) {
            redis.add(ofRedis.get());
        }
        rondo.add(ofRondo.get());
        if (!redisFirst) {
            redis.add(ofRedis.get());
        }
    }

    /** The median of the rounds' ratios of throughput, Rondo's to Redis's. */
    double ratio() {
        double[] ratios = new double[redis.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = rondo.get(i).requestsPerSecond() / redis.get(i).requestsPerSecond();
        }
        return Measurement.median(ratios);
    }

    /** Prints a Markdown table of medians. */
    static void print(String title, String peer, List<Comparison> rows) {
        System.out.printf("| %s | depth | %s req/s | Rondo req/s | ratio | p50 ms | p99 ms |%n", title, peer);
        System.out.println("|---|---|---|---|---|---|---|");
        rows.forEach(Comparison::print);
        System.out.println();
    }

    private void print() {
        Measurement ofRedis = Measurement.median(redis);
        Measurement ofRondo = Measurement.median(rondo);
        System.out.printf(
                "| %s | %d | %,.0f | %,.0f | **%.2f** | %.2f / %.2f | %.2f / %.2f |%n",
                test,
                depth,
                ofRedis.requestsPerSecond(),
                ofRondo.requestsPerSecond(),
                ratio(),
                ofRedis.p50Ms(),
                ofRondo.p50Ms(),
                ofRedis.p99Ms(),
                ofRondo.p99Ms());
    }
}
