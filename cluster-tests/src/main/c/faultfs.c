// SPDX-License-Identifier: Apache-2.0
/*
 * A disk that fails when it is told to: faultfs BACKING MOUNTPOINT, as root.
 *
 * The mount point shows the folder BACKING. Each line of standard input is a command, answered by a line of counters
 * when it is in force; the first line of counters comes when it is mounted. At the end of the input it unmounts.
 * Standard error tells how many bytes were lost of which file.
 *
 *   none         The disk is well.
 *   fsync-eio X  The next fsync of a file with X in its path fails with EIO and takes along what was written since the
 *                last one; those after it succeed. So does Linux: it drops what it could not write, and says so once.
 *   write-eio    Each write fails with EIO.
 *   full         Nothing is created and no file grows: ENOSPC.
 *   delay MS     Each fsync takes so many milliseconds longer; it makes nothing durable if its process is killed
 *                meanwhile.
 *   power-loss   What no fsync has made durable is gone at once. Files fail with EIO until the disk is well.
 *
 * Before a file is changed, what the change replaces is noted in memory. An fsync of the file drops its notes; a loss
 * plays them back, newest first. What was opened twice or renamed is one file. Folders are kinder than real ones: what
 * was created, renamed or deleted there is durable at once. There is no mmap for writing, no link and no fallocate.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum fault { NONE, FSYNC_EIO, WRITE_EIO, FULL, DELAY, POWER_LOSS };

/* What one change replaced: `kept` bytes of `old` content from `offset`, in a file of `size` bytes. */
struct note {
    struct note *older;
    off_t offset;
    off_t size;
    size_t written;
    size_t kept;
    char old[];
};

/* A file with changes that are not durable. Its descriptor keeps the inode from being given to another file. */
struct file {
    struct file *next;
    ino_t inode;
    int fd;
    struct note *newest;
};

static int backing;
static atomic_int fault = NONE;
static atomic_long delay_ms;
static char victim[256];
static atomic_long fsyncs_refused, fsyncs_delayed, writes_refused;

/* Held by whatever changes the disk, and by the command that changes the fault: a loss of power is one instant. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file *unsynced;

static const char *below(const char *path) {
    return path[1] == '\0' ? "." : path + 1;
}

static int result(long returned) {
    return returned < 0 ? -errno : (int) returned;
}

/* What the file is called now. Valid until the next call; with the lock held. */
static const char *name_of(int fd) {
    static char name[4096];
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name - 1);
    name[length < 0 ? 0 : length] = '\0';
    return name;
}

static int unlocked(int answer) {
    pthread_mutex_unlock(&lock);
    return answer;
}

/* Takes the lock for a change, or says why there can be none. */
static int lock_disk(int creates) {
    pthread_mutex_lock(&lock);
    if (fault == POWER_LOSS) {
        return unlocked(-EIO);
    }
    if (fault == FULL && creates) {
        writes_refused++;
        return unlocked(-ENOSPC);
    }
    return 0;
}

/* ---- Notes; all with the lock held. */

static struct file *file_of(int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0) {
        return NULL;
    }
    for (struct file *file = unsynced; file != NULL; file = file->next) {
        if (file->inode == status.st_ino) {
            return file;
        }
    }
    struct file *file = calloc(1, sizeof *file);
    if (file != NULL) {
        *file = (struct file) {.next = unsynced, .inode = status.st_ino, .fd = dup(fd)};
        unsynced = file;
    }
    return file;
}

/* Notes what is about to be replaced: `written` bytes from the offset, or all behind it where `cuts`. */
static int remember(int fd, off_t offset, size_t written, int cuts) {
    struct stat status;
    struct file *file = file_of(fd);
    if (file == NULL || file->fd < 0 || fstat(fd, &status) < 0) {
        return -EIO;
    }
    size_t there = offset < status.st_size ? (size_t) (status.st_size - offset) : 0;
    size_t kept = cuts || there < written ? there : written;
    struct note *note = malloc(sizeof *note + kept);
    if (note == NULL || pread(fd, note->old, kept, offset) != (ssize_t) kept) {
        free(note);
        return -EIO;
    }
    note->older = file->newest;
    note->offset = offset;
    note->size = status.st_size;
    note->written = written;
    note->kept = kept;
    file->newest = note;
    return 0;
}

/* How many bytes of what was written will read differently; where the file ended before, other ones than zero. */
static long lost_with(const struct note *note, int fd) {
    char *now = calloc(1, note->written + 1);
    long lost = 0;
    if (now == NULL || pread(fd, now, note->written, note->offset) < 0) {
        perror("faultfs: what is lost is not counted");
    } else {
        for (size_t i = 0; i < note->written; i++) {
            lost += now[i] != (i < note->kept ? note->old[i] : 0);
        }
    }
    free(now);
    return lost;
}

static void undo(struct file *file) {
    long lost = 0;
    while (file->newest != NULL) {
        struct note *note = file->newest;
        lost += lost_with(note, file->fd);
        if (pwrite(file->fd, note->old, note->kept, note->offset) != (ssize_t) note->kept
                || ftruncate(file->fd, note->size) < 0) {
            perror("faultfs: what was not durable is still there");
        }
        file->newest = note->older;
        free(note);
    }
    fprintf(stderr, "faultfs: %ld bytes lost of %s\n", lost, name_of(file->fd));
}

/* Drops all that is known of the file; its changes stay. */
static void forget(struct file *file) {
    struct file **link = &unsynced;
    while (*link != file) {
        link = &(*link)->next;
    }
    *link = file->next;
    while (file->newest != NULL) {
        struct note *note = file->newest;
        file->newest = note->older;
        free(note);
    }
    close(file->fd);
    free(file);
}

static int cut(int fd, off_t size) {
    struct stat status;
    if (fstat(fd, &status) < 0) {
        return -errno;
    }
    if (fault == FULL && size > status.st_size) {
        writes_refused++;
        return -ENOSPC;
    }
    int refusal = remember(fd, size, 0, 1);
    return refusal != 0 ? refusal : result(ftruncate(fd, size));
}

/* ---- Files. */

/* Without O_APPEND, since the kernel says where; readable, since notes are taken through it. */
static int open_file(const char *path, struct fuse_file_info *info, int create, mode_t mode) {
    int flags = info->flags & ~(O_APPEND | O_TRUNC | O_CREAT | O_EXCL | O_ACCMODE);
    flags |= (info->flags & O_ACCMODE) == O_RDONLY ? O_RDONLY : O_RDWR;
    flags |= create ? O_CREAT | (info->flags & O_EXCL) : 0;
    int refusal = lock_disk(create);
    if (refusal != 0) {
        return refusal;
    }
    int fd = openat(backing, below(path), flags, mode);
    if (fd < 0) {
        return unlocked(-errno);
    }
    refusal = (info->flags & O_TRUNC) != 0 ? cut(fd, 0) : 0;
    if (refusal != 0) {
        close(fd);
        return unlocked(refusal);
    }
    info->fh = (uint64_t) fd;
    return unlocked(0);
}

static int fs_open(const char *path, struct fuse_file_info *info) {
    return open_file(path, info, 0, 0);
}

static int fs_create(const char *path, mode_t mode, struct fuse_file_info *info) {
    return open_file(path, info, 1, mode);
}

static int fs_read(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *info) {
    (void) path;
    return fault == POWER_LOSS ? -EIO : result(pread((int) info->fh, buffer, size, offset));
}

static int fs_write(const char *path, const char *buffer, size_t size, off_t offset, struct fuse_file_info *info) {
    (void) path;
    int fd = (int) info->fh;
    struct stat status;
    int refusal = lock_disk(0);
    if (refusal != 0) {
        return refusal;
    }
    if (fault == WRITE_EIO) {
        refusal = -EIO;
    } else if (fault == FULL && fstat(fd, &status) == 0 && offset + (off_t) size > status.st_size) {
        refusal = -ENOSPC;
    }
    if (refusal != 0) {
        writes_refused++;
        return unlocked(refusal);
    }
    refusal = remember(fd, offset, size, 0);
    return unlocked(refusal != 0 ? refusal : result(pwrite(fd, buffer, size, offset)));
}

static int fs_truncate(const char *path, off_t size, struct fuse_file_info *info) {
    int refusal = lock_disk(0);
    if (refusal != 0) {
        return refusal;
    }
    int fd = info != NULL ? (int) info->fh : openat(backing, below(path), O_RDWR);
    int answer = fd < 0 ? -errno : cut(fd, size);
    if (info == NULL && fd >= 0) {
        close(fd);
    }
    return unlocked(answer);
}

static int fs_fsync(const char *path, int datasync, struct fuse_file_info *info) {
    (void) path;
    int fd = (int) info->fh;
    if (fault == DELAY) {
        fsyncs_delayed++;
        usleep((useconds_t) delay_ms * 1000);
        if (fuse_interrupted()) {
            return -EINTR;
        }
    }
    pthread_mutex_lock(&lock);
    struct file *file = fault == POWER_LOSS ? NULL : file_of(fd);
    if (file == NULL) {
        return unlocked(-EIO);
    }
    int fails = fault == FSYNC_EIO && strstr(name_of(fd), victim) != NULL;
    if (fails) {
        fault = NONE;
        fsyncs_refused++;
        undo(file);
    }
    forget(file);
    unlocked(0);
    return fails ? -EIO : result(datasync ? fdatasync(fd) : fsync(fd));
}

static int fs_release(const char *path, struct fuse_file_info *info) {
    (void) path;
    close((int) info->fh);
    return 0;
}

/* ---- The folder tree. */

static int fs_getattr(const char *path, struct stat *status, struct fuse_file_info *info) {
    return result(info != NULL ? fstat((int) info->fh, status)
                               : fstatat(backing, below(path), status, AT_SYMLINK_NOFOLLOW));
}

static int fs_statfs(const char *path, struct statvfs *status) {
    (void) path;
    return result(fstatvfs(backing, status));
}

static int fs_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
                      struct fuse_file_info *info, enum fuse_readdir_flags flags) {
    (void) offset, (void) info, (void) flags;
    int fd = openat(backing, below(path), O_RDONLY | O_DIRECTORY);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        return -errno;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct stat status = {.st_ino = entry->d_ino, .st_mode = (mode_t) entry->d_type << 12};
        fill(buffer, entry->d_name, &status, 0, 0);
    }
    closedir(folder);
    return 0;
}

static int fs_fsyncdir(const char *path, int datasync, struct fuse_file_info *info) {
    (void) datasync, (void) info;
    int fd = openat(backing, below(path), O_RDONLY | O_DIRECTORY);
    if (fd < 0) {
        return -errno;
    }
    struct fuse_file_info opened = {.fh = (uint64_t) fd};
    int answer = fs_fsync(path, 0, &opened);
    close(fd);
    return answer;
}

static int fs_mkdir(const char *path, mode_t mode) {
    int refusal = lock_disk(1);
    return refusal != 0 ? refusal : unlocked(result(mkdirat(backing, below(path), mode)));
}

static int fs_rmdir(const char *path) {
    int refusal = lock_disk(0);
    return refusal != 0 ? refusal : unlocked(result(unlinkat(backing, below(path), AT_REMOVEDIR)));
}

static int fs_unlink(const char *path) {
    int refusal = lock_disk(0);
    return refusal != 0 ? refusal : unlocked(result(unlinkat(backing, below(path), 0)));
}

static int fs_rename(const char *from, const char *to, unsigned int flags) {
    int refusal = lock_disk(0);
    return refusal != 0 ? refusal
                        : unlocked(result(renameat2(backing, below(from), backing, below(to), flags)));
}

static int fs_chmod(const char *path, mode_t mode, struct fuse_file_info *info) {
    (void) info;
    return result(fchmodat(backing, below(path), mode, 0));
}

/* ---- Commands. */

static void print_counters(void) {
    printf("fsyncs refused %ld, delayed %ld, writes refused %ld\n", fsyncs_refused, fsyncs_delayed, writes_refused);
    fflush(stdout);
}

static void set_fault(enum fault next) {
    pthread_mutex_lock(&lock);
    fault = next;
    while (next == POWER_LOSS && unsynced != NULL) {
        undo(unsynced);
        forget(unsynced);
    }
    unlocked(0);
}

static void obey(const char *command) {
    static const char *const names[] = {
        [NONE] = "none\n", [WRITE_EIO] = "write-eio\n", [FULL] = "full\n", [POWER_LOSS] = "power-loss\n"};
    long millis;
    if (sscanf(command, "delay %ld", &millis) == 1) {
        delay_ms = millis;
        set_fault(DELAY);
        return;
    }
    set_fault(NONE);
    if (sscanf(command, "fsync-eio %255s", victim) == 1) {
        set_fault(FSYNC_EIO);
        return;
    }
    for (int i = 0; i <= POWER_LOSS; i++) {
        if (names[i] != NULL && strcmp(command, names[i]) == 0) {
            set_fault((enum fault) i);
            return;
        }
    }
    fprintf(stderr, "faultfs: no such fault: %s", command);
    exit(2);
}

static void *obey_all(void *unused) {
    char *line = NULL;
    size_t room = 0;
    print_counters();
    while (getline(&line, &room, stdin) > 0) {
        obey(line);
        print_counters();
    }
    free(line);
    kill(getpid(), SIGTERM);
    return unused;
}

/* Nothing is cached by the kernel: after a loss it would show what is gone. */
static void *fs_init(struct fuse_conn_info *connection, struct fuse_config *config) {
    (void) connection;
    config->direct_io = 1;
    config->hard_remove = 1;
    config->use_ino = 1;
    config->attr_timeout = 0;
    config->entry_timeout = 0;
    config->negative_timeout = 0;
    pthread_t thread;
    if (pthread_create(&thread, NULL, obey_all, NULL) != 0) {
        exit(2);
    }
    pthread_detach(thread);
    return NULL;
}

static const struct fuse_operations operations = {
    .init = fs_init,
    .open = fs_open,
    .create = fs_create,
    .read = fs_read,
    .write = fs_write,
    .fsync = fs_fsync,
    .release = fs_release,
    .truncate = fs_truncate,
    .getattr = fs_getattr,
    .statfs = fs_statfs,
    .readdir = fs_readdir,
    .fsyncdir = fs_fsyncdir,
    .mkdir = fs_mkdir,
    .rmdir = fs_rmdir,
    .unlink = fs_unlink,
    .rename = fs_rename,
    .chmod = fs_chmod,
};

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s BACKING MOUNTPOINT\n", argv[0]);
        return 2;
    }
    backing = open(argv[1], O_RDONLY | O_DIRECTORY);
    if (backing < 0) {
        perror(argv[1]);
        return 2;
    }
    umask(0);
    char *arguments[] = {argv[0], argv[2], "-f", "-o", "fsname=faultfs", NULL};
    return fuse_main(5, arguments, &operations, NULL);
}
