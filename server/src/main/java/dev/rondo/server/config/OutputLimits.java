package dev.rondo.server.config;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * The directive client-output-buffer-limit: for each class of clients a hard limit in bytes, and a soft limit in bytes
 * with the seconds it may be exceeded. Immutable.
 */
public final class OutputLimits {
    /** The classes of clients. */
    public enum ClientClass {
        NORMAL,
        REPLICA,
        PUBSUB
    }

    /** One class's limits; 0 means none. */
    public record Limit(long hardBytes, long softBytes, int softSeconds) {}

    private final Map<ClientClass, Limit> limits = new EnumMap<>(ClientClass.class);

    private OutputLimits() {}

    /** Redis's defaults. */
    static OutputLimits defaults() {
        OutputLimits result = new OutputLimits();
        result.limits.put(ClientClass.NORMAL, new Limit(0, 0, 0));
        result.limits.put(ClientClass.REPLICA, new Limit(256L << 20, 64L << 20, 60));
        result.limits.put(ClientClass.PUBSUB, new Limit(32L << 20, 8L << 20, 60));
        return result;
    }

    public Limit of(ClientClass clientClass) {
        return limits.get(clientClass);
    }

    /** The limits after {@code text}, groups of "class hard soft seconds"; classes it does not name keep theirs. */
    OutputLimits with(String text) throws ConfigException {
        String[] words = text.trim().split("\\s+");
        if (words.length % 4 != 0) {
            throw new ConfigException("Wrong number of arguments in buffer limit configuration.");
        }
        OutputLimits result = new OutputLimits();
        result.limits.putAll(limits);
        try {
            for (int i = 0; i < words.length; i += 4) {
                long hard = Memory.parse(words[i + 1]);
                long soft = Memory.parse(words[i + 2]);
                int seconds = Integer.parseInt(words[i + 3]);
                if (hard < 0 || soft < 0 || seconds < 0) {
                    throw new NumberFormatException();
                }
                result.limits.put(classOf(words[i]), new Limit(hard, soft, seconds));
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new ConfigException("Error in hard, soft or soft_seconds setting in buffer limit configuration.");
        }
        return result;
    }

    private static ClientClass classOf(String word) throws ConfigException {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "normal" -> ClientClass.NORMAL;
            case "slave", "replica" -> ClientClass.REPLICA;
            case "pubsub" -> ClientClass.PUBSUB;
            default -> throw new ConfigException("Invalid client class specified in buffer limit configuration.");
        };
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        limits.forEach((clientClass, limit) -> text.append(text.isEmpty() ? "" : " ")
                .append(
                        clientClass == ClientClass.REPLICA
                                ? "slave"
                                : clientClass.name().toLowerCase(Locale.ROOT))
                .append(' ')
                .append(limit.hardBytes)
                .append(' ')
                .append(limit.softBytes)
                .append(' ')
                .append(limit.softSeconds));
        return text.toString();
    }
}
