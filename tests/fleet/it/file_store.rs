//! The store in a directory.

use wristband_m2m::FileTokenStore;
use wristband_m2m::testing::check_token_store;
use wristband_m2m_fleet_tests::TestDirectory;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_a_token_store() {
    let directory = TestDirectory::new();
    check_token_store(FileTokenStore::new(directory.path()).unwrap()).await;
}

#[cfg(unix)]
mod permissions {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn refusal(path: &std::path::Path) -> String {
        FileTokenStore::new(path).unwrap_err().to_string()
    }

    fn mode(path: &std::path::Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn all_its_files_are_private() {
        let directory = TestDirectory::new();
        let path = directory.path().join("a/b");
        check_token_store(FileTokenStore::new(&path).unwrap()).await;
        assert_eq!(mode(&path), 0o700);
        let mut files = 0;
        for file in fs::read_dir(&path).unwrap() {
            let file = file.unwrap().path();
            assert_eq!(mode(&file), 0o600, "{file:?}");
            files += 1;
        }
        assert!(files > 10);
    }

    #[test]
    fn a_directory_open_to_others_is_refused() {
        for open in [0o755, 0o701, 0o710, 0o777] {
            let directory = TestDirectory::new();
            fs::set_permissions(directory.path(), Permissions::from_mode(open)).unwrap();
            let refusal = refusal(directory.path());
            assert!(
                refusal.ends_with("is open to other users: set its mode to 0700"),
                "{refusal}"
            );
        }
    }

    #[test]
    fn links_and_files_are_refused() {
        let directory = TestDirectory::new();
        let (real, link, file) = (
            directory.path().join("real"),
            directory.path().join("link"),
            directory.path().join("file"),
        );
        fs::create_dir(&real).unwrap();
        fs::set_permissions(&real, Permissions::from_mode(0o700)).unwrap();
        symlink(&real, &link).unwrap();
        fs::write(&file, "").unwrap();
        assert!(refusal(&link).contains("is a link"));
        assert!(refusal(&file).contains("is not a directory"));
    }

    #[test]
    fn a_directory_of_another_user_is_refused() {
        let directory = TestDirectory::new();
        // Only root can give a directory away.
        if std::os::unix::fs::chown(directory.path(), Some(12_345), None).is_err() {
            return;
        }
        assert!(refusal(directory.path()).contains("belongs to another user"));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_directory_that_cannot_be_created_is_not_an_error() {
        let directory = TestDirectory::new();
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        FileTokenStore::new(file.join("below")).unwrap();
    }
}
