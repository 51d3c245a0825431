package dev.rondo.server.config;

/**
 * The letters of {@code notify-keyspace-events}, which are shown in an order of their own, each of them once. (Redis
 * shows no n beside A, and so loses it when it rewrites its configuration.)
 */
final class EventLetters implements Directive.Form<String> {
    /** The classes, in the order in which they are shown; A stands for all but the last one. */
    private static final String CLASSES = "g$lshzxetdn";

    private static final String ALL = CLASSES.substring(0, CLASSES.length() - 1);
    /** Shown behind the classes: which channels, and misses, which A does not include. */
    private static final String OTHERS = "KEm";

    @Override
    public String parse(String text) throws ConfigException {
        String letters = text.replace("A", ALL);
        if (!letters.chars().allMatch(letter -> (CLASSES + OTHERS).indexOf(letter) >= 0)) {
            throw new ConfigException("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
        }
        String classes = present(letters, CLASSES);
        return classes.replace(ALL, "A") + present(letters, OTHERS);
    }

    private static String present(String letters, String among) {
        StringBuilder present = new StringBuilder();
        among.chars().filter(letter -> letters.indexOf(letter) >= 0).forEach(present::appendCodePoint);
        return present.toString();
    }

    @Override
    public String format(String value) {
        return value;
    }
}
