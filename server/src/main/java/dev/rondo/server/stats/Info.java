package dev.rondo.server.stats;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The sections of INFO, in the order in which they are shown. A part of the server that has something to tell adds a
 * section; a section of a title that is present takes its place. Thread-safe.
 */
public final class Info {
    private record Placed(InfoSection section, boolean shownByDefault) {
        String name() {
            return section.title().toLowerCase(Locale.ROOT);
        }
    }

    private final List<Placed> sections = new CopyOnWriteArrayList<>();

    /** Adds a section that plain INFO shows. */
    public Info add(InfoSection section) {
        return place(new Placed(section, true));
    }

    /** Adds a section that is shown only when it is named, or with "all" and "everything". */
    public Info addOnRequest(InfoSection section) {
        return place(new Placed(section, false));
    }

    private synchronized Info place(Placed placed) {
        for (int i = 0; i < sections.size(); i++) {
            if (sections.get(i).name().equals(placed.name())) {
                sections.set(i, placed);
                return this;
            }
        }
        sections.add(placed);
        return this;
    }

    /** The text of the sections that {@code words} name (in lower case); the default ones when there are none. */
    public String text(Collection<String> words) {
        Set<String> wanted = new HashSet<>(words);
        boolean everything = wanted.contains("everything");
        boolean all = everything || wanted.contains("all");
        boolean standard = wanted.isEmpty() || wanted.contains("default");
        InfoText text = new InfoText();
        for (Placed placed : sections) {
            boolean shown = wanted.contains(placed.name())
                    || standard && placed.shownByDefault
                    || all && (everything || !placed.name().equals("modules"));
            if (shown) {
                text.section(placed.section.title());
                placed.section.write(text);
            }
        }
        return text.toString();
    }
}
