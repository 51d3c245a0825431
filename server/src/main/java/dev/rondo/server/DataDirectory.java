package dev.rondo.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The folder that belongs to one node while it runs; a lock file keeps a second node out. */
final class DataDirectory implements AutoCloseable {
    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Makes the folder where it is missing, and takes it.
     *
     * @throws StartException when it can't be written or another node has it
     */
    static DataDirectory open(Path path) throws StartException {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new StartException("the data folder " + path + " can't be made: " + reason(e), e);
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(path.resolve("rondo.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StartException("the data folder " + path + " can't be written: " + reason(e), e);
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new DataDirectory(path, channel);
            }
            channel.close();
        } catch (OverlappingFileLockException e) {
            closeQuietly(channel);
        } catch (IOException e) {
            closeQuietly(channel);
            throw new StartException("the data folder " + path + " can't be locked: " + reason(e), e);
        }
        throw new StartException("the data folder " + path + " is in use by another node");
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The start has failed for a reason that is about to be told; this one adds nothing.
        }
    }

    private static String reason(IOException e) {
        String type = e.getClass().getSimpleName();
        return type.equals("AccessDeniedException")
                ? "permission denied"
                : type.equals("FileAlreadyExistsException") ? "a file of that name is in the way" : e.getMessage();
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        lockFile.close(); // releases the lock
    }
}
