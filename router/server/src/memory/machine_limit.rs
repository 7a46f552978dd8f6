//! How much memory this process may use: what its container allows, or what the machine has.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// `None`: nothing says so, as on systems that are not Linux.
pub(super) fn read() -> Option<u64> {
    read_below(Path::new("/"))
}

fn read_below(root: &Path) -> Option<u64> {
    let number = |path: PathBuf| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let limits = groups(root).into_iter().filter_map(number);
    limits.chain(machine_bytes(root)).min()
}

/// Files with a limit of a control group that the process is in, from the innermost out. Version 2 and version 1; from within a
/// container its own group is often the root.
fn groups(root: &Path) -> Vec<PathBuf> {
    let mut files =
        vec![root.join("sys/fs/cgroup/memory.max"), root.join("sys/fs/cgroup/memory/memory.limit_in_bytes")];
    let own = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    for line in own.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (parts.next(), parts.next()) else { continue };
        let (hierarchy, file) = match controllers {
            "" => ("sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|name| name == "memory") => {
                ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let group = Path::new(group.trim_start_matches('/'));
        files.extend(group.ancestors().map(|group| root.join(hierarchy).join(group).join(file)));
    }
    files
}

fn machine_bytes(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    total.trim().trim_end_matches("kB").trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::read_below;
    use std::{fs, path::Path};

    fn limit(name: &str, files: &[(&str, &str)]) -> Option<u64> {
        let root = std::env::temp_dir().join(format!("hansa-machine-limit-{}-{name}", std::process::id()));
        for (file, text) in files {
            let file = root.join(file);
            let folder: &Path = file.parent().expect("it is in a folder");
            fs::create_dir_all(folder).and_then(|()| fs::write(&file, text)).expect("the folder can be written");
        }
        let limit = read_below(&root);
        let _ = fs::remove_dir_all(root);
        limit
    }

    const MACHINE: (&str, &str) = ("proc/meminfo", "MemFree: 5 kB\nMemTotal:       4096 kB\n");

    #[test]
    fn the_smallest_limit_counts() {
        assert_eq!(limit("none", &[]), None);
        assert_eq!(limit("machine", &[MACHINE]), Some(4096 * 1024));
        let unlimited = ("sys/fs/cgroup/memory.max", "max\n");
        assert_eq!(limit("unlimited", &[MACHINE, unlimited]), Some(4096 * 1024));
        assert_eq!(limit("container", &[MACHINE, ("sys/fs/cgroup/memory.max", "1000000\n")]), Some(1_000_000));
        let own = ("proc/self/cgroup", "0::/a/b\n");
        let outer = ("sys/fs/cgroup/a/memory.max", "2000\n");
        assert_eq!(limit("outer", &[MACHINE, own, outer, ("sys/fs/cgroup/a/b/memory.max", "3000")]), Some(2000));
        let first = ("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/a/b\n0::/\n");
        let inner = ("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "700\n");
        assert_eq!(limit("first", &[MACHINE, first, inner]), Some(700));
        assert_eq!(limit("nonsense", &[("proc/self/cgroup", "x\n::\n"), ("proc/meminfo", "MemTotal: x kB")]), None);
    }
}
