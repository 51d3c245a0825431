package dev.rondo.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One configuration directive: its name, default and form. Immutable.
 *
 * @param <T> the type of its value in the program
 */
public final class Directive<T> {
    /** Turns the text of a directive into its value. */
    interface Form<T> {
        T parse(String text) throws ConfigException;

        String format(T value);
    }

    private final String name;
    private final List<String> aliases;
    private final T defaultValue;
    private final Form<T> form;
    private final boolean mutable;

    private Directive(String name, T defaultValue, Form<T> form, boolean mutable) {
        this(name, List.of(), defaultValue, form, mutable);
    }

    private Directive(String name, List<String> aliases, T defaultValue, Form<T> form, boolean mutable) {
        this.name = name;
        this.aliases = aliases;
        this.defaultValue = defaultValue;
        this.form = form;
        this.mutable = mutable;
    }

    public String name() {
        return name;
    }

    /** The name and the older ones that mean the same. */
    public List<String> names() {
        List<String> names = new ArrayList<>(List.of(name));
        names.addAll(aliases);
        return names;
    }

    public T defaultValue() {
        return defaultValue;
    }

    /** Whether the value is any text, and so may need quotes in a configuration file. */
    boolean isText() {
        return defaultValue instanceof String;
    }

    /** Whether CONFIG SET may change it. */
    public boolean isMutable() {
        return mutable;
    }

    T parse(String text) throws ConfigException {
        return form.parse(text);
    }

    String format(T value) {
        return form.format(value);
    }

    /** The same directive, changeable at run time. */
    Directive<T> mutable() {
        return new Directive<>(name, aliases, defaultValue, form, true);
    }

    /** The same directive, which an older name means too. */
    Directive<T> alias(String olderName) {
        return new Directive<>(name, List.of(olderName), defaultValue, form, mutable);
    }

    static Directive<String> text(String name, String defaultValue) {
        return new Directive<>(
                name,
                defaultValue,
                new Form<>() {
                    @Override
                    public String parse(String text) {
                        return text;
                    }

                    @Override
                    public String format(String value) {
                        return value;
                    }
                },
                false);
    }

    /** One of several words, in any case. */
    static Directive<String> choice(String name, String defaultValue, String... words) {
        List<String> allowed = List.of(words);
        return new Directive<>(
                name,
                defaultValue,
                new Form<>() {
                    @Override
                    public String parse(String text) throws ConfigException {
                        String word = text.toLowerCase(Locale.ROOT);
                        if (!allowed.contains(word)) {
                            throw new ConfigException(
                                    "argument(s) must be one of the following: " + String.join(", ", allowed));
                        }
                        return word;
                    }

                    @Override
                    public String format(String value) {
                        return value;
                    }
                },
                false);
    }

    /** "yes" or "no". */
    static Directive<Boolean> yesNo(String name, boolean defaultValue) {
        return new Directive<>(
                name,
                defaultValue,
                new Form<>() {
                    @Override
                    public Boolean parse(String text) throws ConfigException {
                        if (text.equalsIgnoreCase("yes")) {
                            return true;
                        }
                        if (text.equalsIgnoreCase("no")) {
                            return false;
                        }
                        throw new ConfigException("argument must be 'yes' or 'no'");
                    }

                    @Override
                    public String format(Boolean value) {
                        return value ? "yes" : "no";
                    }
                },
                false);
    }

    static Directive<Integer> integer(String name, int defaultValue, int least, int most) {
        return new Directive<>(
                name,
                defaultValue,
                new Form<>() {
                    @Override
                    public Integer parse(String text) throws ConfigException {
                        return (int) number(text, least, most, false);
                    }

                    @Override
                    public String format(Integer value) {
                        return value.toString();
                    }
                },
                false);
    }

    /** A changeable number of things, from 0 on. */
    static Directive<Long> count(String name, long defaultValue) {
        return count(name, defaultValue, 0);
    }

    /** A changeable number, which must not be below the least one. */
    static Directive<Long> count(String name, long defaultValue, long least) {
        return new Directive<>(
                name,
                defaultValue,
                new Form<>() {
                    @Override
                    public Long parse(String text) throws ConfigException {
                        return number(text, least, Long.MAX_VALUE, false);
                    }

                    @Override
                    public String format(Long value) {
                        return value.toString();
                    }
                },
                true);
    }

    /** A number of bytes, given with or without a unit: 100, 64kb, 1gb. */
    static Directive<Long> bytes(String name, long defaultValue, long least, long most) {
        return new Directive<>(
                name,
                defaultValue,
                new Form<>() {
                    @Override
                    public Long parse(String text) throws ConfigException {
                        return number(text, least, most, true);
                    }

                    @Override
                    public String format(Long value) {
                        return value.toString();
                    }
                },
                false);
    }

    /** Words separated by blanks or commas. */
    static Directive<List<String>> words(String name, List<String> defaultValue) {
        return new Directive<>(
                name,
                defaultValue,
                new Form<>() {
                    @Override
                    public List<String> parse(String text) {
                        String trimmed = text.replace(',', ' ').trim();
                        return trimmed.isEmpty() ? List.of() : List.of(trimmed.split("\\s+"));
                    }

                    @Override
                    public String format(List<String> value) {
                        return String.join(" ", value);
                    }
                },
                false);
    }

    /** A directive with a form of its own. */
    static <T> Directive<T> of(String name, T defaultValue, Form<T> form) {
        return new Directive<>(name, defaultValue, form, false);
    }

    static long number(String text, long least, long most, boolean withUnit) throws ConfigException {
        long value;
        try {
            value = withUnit ? Memory.parse(text) : Long.parseLong(text.trim());
            if (withUnit && value < 0) {
                throw new NumberFormatException(text);
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new ConfigException(
                    withUnit ? "argument must be a memory value" : "argument couldn't be parsed into an integer");
        }
        if (value < least || value > most) {
            throw new ConfigException("argument must be between " + least + " and " + most + " inclusive");
        }
        return value;
    }
}
