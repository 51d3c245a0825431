package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the replies on one connection in order. It follows MULTI and EXEC, so that every element of EXEC's reply is
 * compared by the rule of the command that was queued.
 */
final class ReplyComparison {
    private static final Reply QUEUED = Reply.status("QUEUED");

    private final Differences differences;
    private final Map<String, Integer> explained;
    private final List<Command> queued = new ArrayList<>();

    /** @param explained counts the known differences met, by reason */
    ReplyComparison(Differences differences, Map<String, Integer> explained) {
        this.differences = differences;
        this.explained = explained;
    }

    /** What differs between the two replies to this command, if anything does. */
    Optional<String> difference(Command command, Reply model, Reply candidate) {
        if (model.equals(QUEUED) && candidate.equals(QUEUED)) {
            queued.add(command);
            return Optional.empty();
        }
        List<Command> transaction = List.copyOf(queued);
        if (endsTransaction(command.name(), model)) {
            queued.clear();
        }
        if (command.name().equals("EXEC") && isResultOf(transaction, model) && isResultOf(transaction, candidate)) {
            return differenceInside(transaction, model.asList(), candidate.asList());
        }
        return differenceOf(command, model, candidate);
    }

    private static boolean endsTransaction(String name, Reply model) {
        return switch (name) {
            case "EXEC", "DISCARD" -> true;
            case "RESET" -> !model.isError();
            default -> false;
        };
    }

    private static boolean isResultOf(List<Command> transaction, Reply reply) {
        return reply.type() == Reply.Type.ARRAY
                && reply.items() != null
                && reply.asList().size() == transaction.size();
    }

    private Optional<String> differenceInside(List<Command> transaction, List<Reply> model, List<Reply> candidate) {
        for (int i = 0; i < transaction.size(); i++) {
            Optional<String> difference = differenceOf(transaction.get(i), model.get(i), candidate.get(i));
            if (difference.isPresent()) {
                return difference.map("in EXEC, "::concat);
            }
        }
        return Optional.empty();
    }

    private Optional<String> differenceOf(Command command, Reply model, Reply candidate) {
        if (command.rule().same(model, candidate)) {
            return Optional.empty();
        }
        Optional<String> reason = differences.reasonFor(command, model, candidate);
        if (reason.isPresent()) {
            explained.merge(reason.get(), 1, Integer::sum);
            return Optional.empty();
        }
        return Optional.of(command + "\n    model:     " + model + "\n    candidate: " + candidate);
    }
}
