package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Reply;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The differences between redis-server and Rondo that are meant, each with its reason. The installed redis-server may
 * be older than 7.2, which Rondo follows. Every entry is as narrow as it can be: what it matches is compared no
 * further.
 */
public final class Differences {
    private static final Pattern DISTANCE = Pattern.compile("\\d+\\.\\d{4}");

    private final List<Known> known;

    /** A difference that is meant: when it applies, and why it is right. */
    public record Known(String reason, Applies when) {}

    /** Whether this known difference explains these unequal replies. */
    @FunctionalInterface
    public interface Applies {
        boolean to(Command command, Reply model, Reply candidate);
    }

    Differences(List<Known> known) {
        this.known = List.copyOf(known);
    }

    /** No difference is accepted: for holding redis-server against itself. */
    public static Differences none() {
        return new Differences(List.of());
    }

    /** What is meant to differ between redis-server 7.0 and Rondo. */
    public static Differences ofRondo() {
        return new Differences(List.of(
                SHARED_INTEGERS,
                SMALL_LISTS,
                SMALL_SETS,
                LONG_TIMEOUTS,
                LEAST_RANK,
                SORTED,
                SHORT_SCORES,
                IDLE_CONSUMERS,
                NEW_CONSUMERS,
                LAST_SEQUENCE,
                UNBALANCED_STREAMS,
                REFUSALS,
                DRY_REFUSALS,
                ZERO_BYTES,
                RULES_OF_USERS));
    }

    private static final Known SHARED_INTEGERS = new Known(
            "redis-server copies a shared integer into one that is not shared, and counts a transaction's"
                    + " own arguments",
            (command, model, candidate) -> isSubcommand(command, "OBJECT", "REFCOUNT")
                    && model.type() == Reply.Type.INTEGER
                    && candidate.type() == Reply.Type.INTEGER);

    private static final Known SMALL_LISTS = new Known(
            "a list of one listpack is called so since Redis 7.2, and quicklist before",
            (command, model, candidate) -> isSubcommand(command, "OBJECT", "ENCODING")
                    && model.equals(Reply.bulk("quicklist"))
                    && candidate.equals(Reply.bulk("listpack")));

    private static final Known LONG_TIMEOUTS = new Known(
            "a timeout beyond the range of milliseconds is called so since Redis 7.2; before, it overflowed",
            (command, model, candidate) -> model.equals(Reply.error("ERR timeout is negative"))
                    && candidate.equals(Reply.error("ERR timeout is out of range")));

    private static final Known LEAST_RANK = new Known(
            "the least of all ranks, which has no opposite, is refused since Redis 7.2",
            (command, model, candidate) -> command.name().equals("LPOS")
                    && command.args().contains(Long.toString(Long.MIN_VALUE))
                    && candidate.isError());

    /** Of hashes, which have these forms too, the comparison of keyspaces finds a wrong one. */
    private static final Known SMALL_SETS = new Known(
            "small sets of anything but integers are listpacks since Redis 7.2",
            (command, model, candidate) -> isSubcommand(command, "OBJECT", "ENCODING")
                    && model.equals(Reply.bulk("hashtable"))
                    && candidate.equals(Reply.bulk("listpack")));

    private static final Known SORTED = new Known(
            "a sorted set that SORT has read keeps its compact form, which redis-server gives up",
            (command, model, candidate) -> isSubcommand(command, "OBJECT", "ENCODING")
                    && command.args().get(2).startsWith(SortFamily.ZSETS)
                    && model.equals(Reply.bulk("skiplist"))
                    && candidate.equals(Reply.bulk("listpack")));

    private static final Known SHORT_SCORES = new Known(
            "Redis 7.2 prints scores with as few digits as tell them apart, and rounds distances after multiplying",
            (command, model, candidate) -> command.name().matches("B?Z.*|GEO.*")
                    && ReplyRule.sameTexts(model, candidate, Differences::isSameScore));

    /** Whether two texts are the same score, or the same distance but for its last decimal. */
    private static boolean isSameScore(String model, String candidate) {
        boolean distances =
                DISTANCE.matcher(model).matches() && DISTANCE.matcher(candidate).matches();
        return ReplyRule.isSameNumber(model, candidate)
                || distances && Math.abs(Double.parseDouble(model) - Double.parseDouble(candidate)) < 0.00015;
    }

    private static final Known IDLE_CONSUMERS = new Known(
            "consumers that get nothing are made too since Redis 7.2, which also tells when they last got something",
            (command, model, candidate) ->
                    command.name().equals("XINFO") && StreamReplies.sameToOlderServers(model, candidate));

    private static final Known NEW_CONSUMERS = new Known(
            "a consumer that got nothing so far is new to a redis-server before 7.2",
            (command, model, candidate) -> isSubcommand(command, "XGROUP", "CREATECONSUMER")
                    && model.equals(Reply.integer(1))
                    && candidate.equals(Reply.integer(0)));

    private static final Known LAST_SEQUENCE = new Known(
            "no sequence is left of a time that an id gives: before Redis 7.2 the error was any of XADD's",
            (command, model, candidate) -> command.name().equals("XADD")
                    && model.isError()
                    && candidate.isError()
                    && candidate.asText().contains("equal or smaller"));

    private static final Known UNBALANCED_STREAMS = new Known(
            "the error for streams without ids has other words since Redis 7.2",
            (command, model, candidate) -> model.isError()
                    && candidate.isError()
                    && model.asText().startsWith("ERR Unbalanced XREAD list of streams")
                    && candidate.asText().startsWith("ERR Unbalanced 'xread"));

    private static final Known REFUSALS = new Known(
            "since Redis 7.2 the refusal of a request names the user",
            (command, model, candidate) -> model.isError()
                    && candidate.isError()
                    && model.asText().startsWith("NOPERM this user has no permissions to ")
                    && refusalOf72(model.asText()).equals(withoutUser(candidate.asText())));

    private static final Known DRY_REFUSALS = new Known(
            "since Redis 7.2 the answer of a dry run names the user",
            (command, model, candidate) -> isSubcommand(command, "ACL", "DRYRUN")
                    && model.type() == Reply.Type.BULK
                    && candidate.type() == Reply.Type.BULK
                    && model.asText()
                            .equals("This user"
                                    + withoutUser(candidate.asText()).substring("User".length())));

    private static final Known ZERO_BYTES = new Known(
            "redis-server compares the patterns of PSUBSCRIBE with those of the user up to the first zero byte only,"
                    + " and so allows what the user may not",
            (command, model, candidate) -> (command.name().equals("PSUBSCRIBE")
                            || isSubcommand(command, "ACL", "DRYRUN")
                                    && command.args().contains("psubscribe"))
                    && command.args().stream().anyMatch(argument -> argument.indexOf(0) >= 0)
                    && !model.isError()
                    && candidate.asText().matches("(?s)(NOPERM|User) .*channel.*"));

    private static String refusalOf72(String refusalOf70) {
        if (refusalOf70.endsWith("access one of the keys used as arguments")) {
            return "NOPERM No permissions to access a key";
        }
        return refusalOf70.endsWith("access one of the channels used as arguments")
                ? "NOPERM No permissions to access a channel"
                : refusalOf70.replace("NOPERM this user has", "NOPERM User has");
    }

    private static String withoutUser(String text) {
        return text.replaceFirst("(?s)User .* has no permissions", "User has no permissions");
    }

    private static final Known RULES_OF_USERS = new Known(
            "since Redis 7.2 the rules for commands are shown as they were given, and before as few as do the same;"
                    + " new users are sanitize-payload since then",
            (command, model, candidate) ->
                    command.name().equals("ACL") && withoutCommandRules(model).equals(withoutCommandRules(candidate)));

    private static String withoutCommandRules(Reply reply) {
        return texts(reply)
                .collect(Collectors.joining("\n"))
                .replaceAll("(?<!skip-)sanitize-payload[ \n]", "")
                .replaceAll("[+-][A-Za-z@|0-9_-]+ ?", "");
    }

    /** All texts of a reply in full. */
    private static Stream<String> texts(Reply reply) {
        return reply.items() == null
                ? Stream.of(String.valueOf(reply.text()))
                : reply.items().stream().flatMap(Differences::texts);
    }

    private static boolean isSubcommand(Command command, String container, String subcommand) {
        return command.name().equals(container)
                && command.args().size() > 1
                && command.args().get(1).equalsIgnoreCase(subcommand);
    }

    /** The reason why this difference is meant, if it is. */
    Optional<String> reasonFor(Command command, Reply model, Reply candidate) {
        return known.stream()
                .filter(difference -> difference.when().to(command, model, candidate))
                .map(Known::reason)
                .findFirst();
    }
}
