import { type Language, numberOf } from './language.ts';

const mavenOptions = '-Dmaven.javadoc.skip=true -B -V';

export const java: Language = {
  name: 'java',
  key: 'jdk',
  usual: 'openjdk17',
  image(version) {
    const [, number] = /^(?:openjdk|oraclejdk|oracle)-?(\d{1,2})$/.exec(version) ?? [];
    return number === undefined || Number(number) < 8 ? undefined : `maven:3-eclipse-temurin-${number}`;
  },
  install: `if [ -f gradlew ]; then ./gradlew assemble
elif [ -f build.gradle ] || [ -f build.gradle.kts ]; then gradle assemble
elif [ -f mvnw ]; then ./mvnw install -DskipTests=true ${mavenOptions}
elif [ -f pom.xml ]; then mvn install -DskipTests=true ${mavenOptions}
else echo 'no Gradle and no Maven build: nothing to install'; fi`,
  script: `if [ -f gradlew ]; then ./gradlew check
elif [ -f build.gradle ] || [ -f build.gradle.kts ]; then gradle check
elif [ -f mvnw ]; then ./mvnw test -B
elif [ -f pom.xml ]; then mvn test -B
else ant test; fi`,
};

export const go: Language = {
  name: 'go',
  key: 'go',
  usual: '1.x',
  image(version) {
    if (/^(master|tip|stable)$/.test(version)) return 'golang:latest';
    const number = numberOf(version.replace(/^go/, ''));
    return number === undefined ? undefined : `golang:${number}`;
  },
  install: `if [ -f Makefile ] || [ -f GNUmakefile ] || [ -d vendor ]; then echo 'left to make, or vendored: nothing to install'
elif [ -f go.mod ]; then go mod download
else go get -t -v ./...; fi`,
  script: 'if [ -f Makefile ] || [ -f GNUmakefile ]; then make; else go test -v ./...; fi',
};

export const rust: Language = {
  name: 'rust',
  key: 'rust',
  usual: 'stable',
  image(version) {
    if (version === 'stable') return 'rust:latest';
    if (version === 'nightly' || version === 'beta') return 'rustlang/rust:nightly';
    const number = numberOf(version);
    return number === undefined ? undefined : `rust:${number}`;
  },
  script: 'cargo build --verbose && cargo test --verbose',
};

export const c: Language = {
  name: 'c',
  key: 'compiler',
  usual: 'gcc',
  image: (version) => (version.startsWith('gcc') || version === 'g++' ? 'gcc:13' : undefined),
  script: './configure && make && make test',
};
