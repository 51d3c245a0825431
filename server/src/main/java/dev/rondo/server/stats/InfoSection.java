package dev.rondo.server.stats;

/**
 * One section of INFO. Each part of the server contributes its own, see {@link Info}. Called on any event loop, so it
 * must neither block nor need anything but thread-safe reads.
 */
public interface InfoSection {
    /** The title as INFO prints it behind "# "; its lower-case form is the name that INFO takes. */
    String title();

    /** Writes the fields in the order in which they are shown. */
    void write(InfoText text);

    /** A section of the given title whose fields {@code body} writes. */
    static InfoSection of(String title, java.util.function.Consumer<InfoText> body) {
        return new InfoSection() {
            @Override
            public String title() {
                return title;
            }

            @Override
            public void write(InfoText text) {
                body.accept(text);
            }
        };
    }
}
