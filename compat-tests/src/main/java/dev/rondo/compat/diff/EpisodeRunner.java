package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Plays one episode, a list of steps, on two emptied servers and finds the first difference. Successive steps of one
 * connection travel as one pipeline. An episode depends on nothing before it, so it can be played again and in parts.
 */
public final class EpisodeRunner {
    private static final int LONGEST_PIPELINE = 200;

    private final int modelPort;
    private final int candidatePort;
    private final Differences differences;
    private final boolean withEvents;
    private final Map<String, Integer> explained = new TreeMap<>();

    public EpisodeRunner(int modelPort, int candidatePort, Differences differences) {
        this(modelPort, candidatePort, differences, false);
    }

    private EpisodeRunner(int modelPort, int candidatePort, Differences differences, boolean withEvents) {
        this.withEvents = withEvents;
        this.modelPort = modelPort;
        this.candidatePort = candidatePort;
        this.differences = differences;
    }

    /** The same, but keyspace events are compared too. */
    public EpisodeRunner comparingEvents() {
        return new EpisodeRunner(modelPort, candidatePort, differences, true);
    }

    /** How often each known difference was met so far, by reason. */
    public Map<String, Integer> explained() {
        return Map.copyOf(explained);
    }

    /** Plays the steps and fails with the difference, made as small as possible, if there is one. For use in tests. */
    public void assertSame(List<Step> steps) {
        Optional<Mismatch> mismatch = play(steps);
        if (mismatch.isPresent()) {
            throw new AssertionError(
                    new Minimiser(this).minimise(steps, mismatch.get()).toString());
        }
    }

    Optional<Mismatch> play(List<Step> steps) {
        try (Side model = new Side(modelPort, withEvents);
                Side candidate = new Side(candidatePort, withEvents)) {
            Optional<Mismatch> mismatch = playSteps(steps, model, candidate);
            return mismatch.isPresent() ? mismatch : compareKeyspaces(steps, model, candidate);
        }
    }

    private Optional<Mismatch> playSteps(List<Step> steps, Side model, Side candidate) {
        List<ReplyComparison> comparisons = new ArrayList<>();
        for (int i = 0; i < Step.CONNECTIONS; i++) {
            comparisons.add(new ReplyComparison(differences, explained));
        }
        int from = 0;
        while (from < steps.size()) {
            int connection = steps.get(from).connection();
            int to = endOfPipeline(steps, from);
            List<Step> pipeline = steps.subList(from, to);
            send(pipeline, model.client(connection));
            send(pipeline, candidate.client(connection));
            Optional<Mismatch> mismatch = comparePipeline(
                    pipeline,
                    from,
                    model.client(connection),
                    candidate.client(connection),
                    comparisons.get(connection));
            if (mismatch.isEmpty()) {
                mismatch = compareEvents(steps.subList(from, to), to - 1, model, candidate);
            }
            if (mismatch.isPresent()) {
                return mismatch;
            }
            from = to;
        }
        return Optional.empty();
    }

    private static Optional<Mismatch> compareEvents(List<Step> pipeline, int lastIndex, Side model, Side candidate) {
        Predicate<String> isOfOldVersions = eventsOfOldVersions(pipeline);
        List<String> expected = model.takeEvents();
        List<String> actual = candidate.takeEvents();
        expected.removeIf(isOfOldVersions);
        actual.removeIf(isOfOldVersions);
        return KeyspaceEventLog.difference(lastIndex, expected, actual);
    }

    /**
     * What may be told otherwise before Redis 7.2: SCAN with TYPE told of misses, and so did LPOS when it should have
     * refused its rank; consumers that got nothing were not made.
     */
    private static Predicate<String> eventsOfOldVersions(List<Step> pipeline) {
        boolean missesDiffer = pipeline.stream()
                .map(Step::command)
                .anyMatch(command ->
                        command.name().equals("SCAN") || command.name().equals("LPOS"));
        return event -> missesDiffer && KeyspaceEventLog.isMiss(event) || KeyspaceEventLog.isOfConsumer(event);
    }

    private static int endOfPipeline(List<Step> steps, int from) {
        int connection = steps.get(from).connection();
        int to = from + 1;
        while (to < steps.size()
                && to - from < LONGEST_PIPELINE
                && steps.get(to).connection() == connection
                && !mayLogIn(steps.get(to).command())) {
            to++;
        }
        return to;
    }

    /** Redis-server 7.2 does not answer a login that fails while it has other replies to send. */
    private static boolean mayLogIn(Command command) {
        return command.name().equals("AUTH") || command.name().equals("HELLO");
    }

    private static void send(List<Step> pipeline, RespConnection client) {
        pipeline.forEach(step -> client.queue(step.command().args()));
        client.flush();
    }

    private static Optional<Mismatch> comparePipeline(
            List<Step> pipeline,
            int firstIndex,
            RespConnection model,
            RespConnection candidate,
            ReplyComparison comparison) {
        for (int i = 0; i < pipeline.size(); i++) {
            Command command = pipeline.get(i).command();
            Reply expected = readFromModel(model, command);
            Reply actual = readOrFailure(candidate);
            Optional<String> difference = comparison.difference(command, expected, actual);
            if (difference.isPresent()) {
                return Optional.of(new Mismatch(firstIndex + i, command.name(), difference.get()));
            }
        }
        return Optional.empty();
    }

    private static Reply readFromModel(RespConnection model, Command command) {
        try {
            return model.read();
        } catch (UncheckedIOException e) {
            throw new IllegalStateException("the model gave no reply to " + command, e);
        }
    }

    /** A candidate that closes the connection or does not answer differs; a model that does so breaks the run. */
    private static Reply readOrFailure(RespConnection candidate) {
        try {
            return candidate.read();
        } catch (UncheckedIOException e) {
            return Reply.error("(no reply: " + e.getMessage() + ")");
        } catch (IllegalStateException | NumberFormatException e) {
            return Reply.error("(not RESP: " + e.getMessage() + ")");
        }
    }

    private static Optional<Mismatch> compareKeyspaces(List<Step> steps, Side model, Side candidate) {
        try {
            return new KeyspaceComparison(model, candidate).run(steps.size());
        } catch (UncheckedIOException | IllegalStateException e) {
            return Optional.of(new Mismatch(steps.size(), "keyspace", "the keyspace cannot be read: " + e));
        }
    }
}
