# Reference outputs of R DESeq2 on counts that this script simulates, a shape of trial after the other.
# Debian 12: apt-get install r-bioc-deseq2; Rscript make.R, in this folder. Writes for each shape <shape>.counts.tsv.gz,
# <shape>.samples.tsv and <shape>.wald.tsv.gz; dispersions.tsv.gz, joint.tsv.gz, shrinkage.tsv.gz, blocked.vst.tsv.gz
# and versions.txt. Eight digits are kept.
suppressPackageStartupMessages(library(DESeq2))
ALPHA <- 0.05

write_gz <- function(x, name) {
  fractions <- vapply(x, is.double, TRUE)
  x[fractions] <- lapply(x[fractions], signif, 8)
  f <- gzfile(name, "w"); write.table(x, f, sep = "\t", quote = FALSE, row.names = FALSE, na = "NA"); close(f)
}

# Counts of a negative binomial: mu, a mean a gene; effect, genes x samples, natural log; dispersion a gene.
simulate <- function(mu, effect, sheet, dispersion = 0.05 + 2 / mu) {
  depth <- runif(nrow(sheet), 0.6, 1.6)
  means <- t(t(mu * exp(effect)) * depth)
  counts <- matrix(rnbinom(length(means), mu = means, size = 1 / dispersion), length(mu))
  dimnames(counts) <- list(sprintf("gene%03d", seq_along(mu)), rownames(sheet))
  counts
}

# Genes first to last of n move by an amount in the samples where `where` holds.
moved <- function(n, first, last, amount, where) outer(ifelse(seq_len(n) %in% first:last, amount, 0), where)

keep <- function(shape, counts, sheet) {
  write_gz(data.frame(gene_id = rownames(counts), counts, check.names = FALSE), paste0(shape, ".counts.tsv.gz"))
  write.table(data.frame(sample = rownames(sheet), sheet), paste0(shape, ".samples.tsv"), sep = "\t", quote = FALSE,
              row.names = FALSE)
}

of_wald <- function(shape, test, dds, ...) {
  r <- results(dds, alpha = ALPHA, ...)
  data.frame(shape, test, gene_id = rownames(r), base_mean = r$baseMean, log2_fold_change = r$log2FoldChange,
             lfc_se = r$lfcSE, statistic = r$stat, p_value = r$pvalue, q_value = r$padj)
}

of_joint <- function(shape, test, dds, df) {
  r <- results(dds, alpha = ALPHA)
  data.frame(shape, test, gene_id = rownames(r), base_mean = r$baseMean, degrees_of_freedom = df, statistic = r$stat,
             p_value = r$pvalue, q_value = r$padj)
}

fit <- function(counts, sheet, design, ...) {
  texts <- vapply(sheet, is.character, TRUE)
  sheet[texts] <- lapply(sheet[texts], factor)
  suppressMessages(DESeq(DESeqDataSetFromMatrix(counts, sheet, design = design), quiet = TRUE, ...))
}

of_dispersions <- function(shape, dds) {
  rows <- mcols(dds)
  data.frame(shape, gene_id = rownames(dds), genewise = rows$dispGeneEst, trend = rows$dispFit, final = rows$dispersion,
             outlier = rows$dispOutlier)
}

wald <- list(); joint <- list(); shrunk <- list(); dispersed <- list()
add <- function(x, rows) { x[[length(x) + 1]] <- rows; x }

# Subjects nested in arms: 10 subjects, 2 visits, a design matrix.
set.seed(20261123)
subject <- rep(sprintf("S%02d", 1:10), each = 2)
arm <- rep(c("NMN", "Placebo"), each = 10)
visit <- rep(c("before", "after"), 10)
genes <- 600
mu <- rlnorm(genes, 5, 1.2)
by_subject <- matrix(rnorm(genes * 10, 0, 0.4), genes)[, as.integer(factor(subject))]
effect <- moved(genes, 1, 60, 1.2, arm == "NMN" & visit == "after") + moved(genes, 61, 120, -0.9, visit == "after")
nested <- data.frame(subject, agent = arm, visit, row.names = paste(subject, visit, sep = "."))
counts <- simulate(mu, by_subject + effect, nested)
block <- model.matrix(~ 0 + subject)
design <- cbind(block, Placebo.after = arm == "Placebo" & visit == "after", NMN.after = arm == "NMN" & visit == "after")
dds <- fit(counts, nested, design, minReplicatesForReplace = Inf)
keep("nested", counts, nested)
dispersed <- add(dispersed, of_dispersions("nested", dds))
tests <- list(change.Placebo = c(1, 0), change.NMN = c(0, 1), difference.NMN_vs_Placebo = c(-1, 1))
for (id in names(tests)) wald <- add(wald, of_wald("nested", id, dds, contrast = c(rep(0, 10), tests[[id]])))
lrt <- nbinomLRT(dds, full = design, reduced = block)
joint <- add(joint, of_joint("nested", "any_change", lrt, 2))
nested_counts <- counts; nested_dds <- dds
by_hand <- cbind(block, after = visit == "after", NMN.after = design[, "NMN.after"])

# Two groups of five, with thresholds.
set.seed(1)
n <- 400
sheet <- data.frame(condition = rep(c("A", "B"), each = 5), row.names = sprintf("s%02d", 1:10))
mu <- rlnorm(n, 4, 1.8)
mu[391:395] <- 0.3
in_b <- sheet$condition == "B"
counts <- simulate(mu, moved(n, 1, 60, 1.3, in_b) + moved(n, 61, 120, -0.8, in_b), sheet)
counts[396, ] <- 0L
counts[397, 2] <- 60L * max(counts[397, ]) + 2000L
counts[398, 1:5] <- 0L
counts[399, ] <- c(30L, 25L, 36L, 28L, 1500L, 9000L, 8000L, 9500L, 7000L, 8800L)  # an outlier, but five are above it
dds <- fit(counts, sheet, ~ condition)
keep("two_groups", counts, sheet)
dispersed <- add(dispersed, of_dispersions("two_groups", dds))
wald <- add(wald, of_wald("two_groups", "B_vs_A", dds))
for (alternative in c("greaterAbs", "lessAbs", "greater", "less")) {
  wald <- add(wald, of_wald("two_groups", paste0("B_vs_A.", alternative), dds, lfcThreshold = 0.7,
                            altHypothesis = alternative))
}
wald <- add(wald, of_wald("two_groups", "B_vs_A.greater.0", dds, lfcThreshold = 0, altHypothesis = "greater"))
two_counts <- counts; two_dds <- dds
joint <- add(joint, of_joint("two_groups", "any_condition", fit(counts, sheet, ~ condition, test = "LRT", reduced = ~ 1), 1))

# Eight subjects at three visits: a block.
set.seed(2)
n <- 400
sheet <- expand.grid(visit = c("v1", "v2", "v3"), subject = sprintf("S%d", 1:8))
rownames(sheet) <- paste(sheet$subject, sheet$visit, sep = ".")
mu <- rlnorm(n, 4.5, 1.6)
by_subject <- matrix(rnorm(n * 8, 0, 0.5), n)[, as.integer(sheet$subject)]
effect <- moved(n, 1, 50, 0.9, sheet$visit == "v2") + moved(n, 31, 90, -0.9, sheet$visit == "v3")
counts <- simulate(mu, by_subject + effect, sheet)
dds <- fit(counts, sheet, ~ subject + visit)
keep("blocked", counts, sheet)
dispersed <- add(dispersed, of_dispersions("blocked", dds))
wald <- add(wald, of_wald("blocked", "v2_vs_v1", dds, contrast = c("visit", "v2", "v1")))
wald <- add(wald, of_wald("blocked", "v3_vs_v2", dds, contrast = c("visit", "v3", "v2")))
# The variance-stabilising transformation of these counts, without a design, on all genes.
blind <- estimateSizeFactors(DESeqDataSetFromMatrix(counts, sheet, design = ~ 1))
blind <- estimateDispersionsFit(estimateDispersionsGeneEst(blind, quiet = TRUE), quiet = TRUE)
stable <- getVarianceStabilizedData(blind)
write_gz(data.frame(gene_id = rownames(stable), stable, check.names = FALSE), "blocked.vst.tsv.gz")
lrt <- fit(counts, sheet, ~ subject + visit, test = "LRT", reduced = ~ subject)
joint <- add(joint, of_joint("blocked", "any_visit", lrt, 2))

# Two factors of two and three levels and their interaction, four samples a cell.
set.seed(3)
n <- 400
sheet <- expand.grid(sample = 1:4, dose = c("none", "low", "high"), arm = c("Placebo", "NMN"))[, 3:2]
rownames(sheet) <- sprintf("s%02d", seq_len(nrow(sheet)))
mu <- rlnorm(n, 4.5, 1.6)
both <- sheet$arm == "NMN" & sheet$dose == "high"
effect <- moved(n, 1, 50, 1.5, both) + moved(n, 51, 100, -1, sheet$dose == "low") + moved(n, 90, 130, 0.8, sheet$arm == "NMN")
counts <- simulate(mu, effect, sheet)
for (gene in 301:310) {  # outliers below the counts of another cell
  counts[gene, ] <- rpois(24, ifelse(sheet$dose == "high", 9000, 30))
  counts[gene, 1 + gene %% 4] <- 1500L
}
dds <- fit(counts, sheet, ~ arm * dose)
keep("interaction", counts, sheet)
dispersed <- add(dispersed, of_dispersions("interaction", dds))
wald <- add(wald, of_wald("interaction", "in_Placebo", dds, contrast = c("dose", "high", "none")))
wald <- add(wald, of_wald("interaction", "in_NMN", dds, contrast = list(c("dose_high_vs_none", "armNMN.dosehigh"))))
wald <- add(wald, of_wald("interaction", "beyond", dds, name = "armNMN.dosehigh"))
lrt <- fit(counts, sheet, ~ arm * dose, test = "LRT", reduced = ~ arm + dose)
joint <- add(joint, of_joint("interaction", "any_interaction", lrt, 2))

# A numeric covariate, centred, beside two groups of seven; outliers are replaced in neither, as rows are unique.
set.seed(4)
n <- 400
sheet <- data.frame(condition = rep(c("A", "B"), each = 7), age = round(runif(14, 22, 71), 1),
                    row.names = sprintf("s%02d", 1:14))
mu <- rlnorm(n, 4.5, 1.6)
slope <- outer(ifelse(seq_len(n) %in% 50:120, 0.03, 0), sheet$age - mean(sheet$age))
counts <- simulate(mu, moved(n, 1, 70, 1, sheet$condition == "B") + slope, sheet)
keep("covariate", counts, sheet)
centred <- transform(sheet, age = age - mean(age))
dds <- fit(counts, centred, ~ age + condition)
dispersed <- add(dispersed, of_dispersions("covariate", dds))
wald <- add(wald, of_wald("covariate", "B_vs_A", dds))
lrt <- fit(counts, centred, ~ age + condition, test = "LRT", reduced = ~ age)
joint <- add(joint, of_joint("covariate", "any_condition", lrt, 1))

# Three groups of four, genes without a count in one or two of them.
set.seed(5)
n <- 300
sheet <- data.frame(group = rep(c("A", "B", "C"), each = 4), row.names = sprintf("s%02d", 1:12))
mu <- rlnorm(n, 4, 1.5)
counts <- simulate(mu, moved(n, 1, 60, 1, sheet$group == "B") + moved(n, 40, 100, -1, sheet$group == "C"), sheet)
for (pair in list(c("A", "B"), c("B", "C"), c("A", "C"))) {
  rows <- 201:220 + 20 * (pair[1] == "B") + 40 * (pair[1] == "A" & pair[2] == "C")
  counts[rows, sheet$group %in% pair] <- 0L
}
counts[261:275, sheet$group == "B"] <- 0L
dds <- fit(counts, sheet, ~ group)
keep("zero_groups", counts, sheet)
dispersed <- add(dispersed, of_dispersions("zero_groups", dds))
wald <- add(wald, of_wald("zero_groups", "B_vs_A", dds, contrast = c("group", "B", "A")))
wald <- add(wald, of_wald("zero_groups", "C_vs_B", dds, contrast = c(0, -1, 1)))
wald <- add(wald, of_wald("zero_groups", "C_vs_B.lessAbs", dds, contrast = c(0, -1, 1), lfcThreshold = 0.7,
                          altHypothesis = "lessAbs"))
lrt <- fit(counts, sheet, ~ group, test = "LRT", reduced = ~ 1)
joint <- add(joint, of_joint("zero_groups", "any_group", lrt, 2))

# Two groups of eight with outliers, which are replaced.
set.seed(6)
n <- 400
sheet <- data.frame(condition = rep(c("A", "B"), each = 8), row.names = sprintf("s%02d", 1:16))
mu <- rlnorm(n, 4, 1.5)
in_b <- sheet$condition == "B"
counts <- simulate(mu, moved(n, 1, 60, 1, in_b) + moved(n, 61, 120, -1, in_b), sheet)
for (gene in 1:16 * 12) counts[gene, gene %/% 12] <- as.integer(8 * max(counts[gene, ]) + 100)
counts[397, ] <- 0L; counts[397, 3] <- 900L
dds <- fit(counts, sheet, ~ condition)
keep("replacement", counts, sheet)
dispersed <- add(dispersed, of_dispersions("replacement", dds))
wald <- add(wald, of_wald("replacement", "B_vs_A", dds))
lrt <- fit(counts, sheet, ~ condition, test = "LRT", reduced = ~ 1)
joint <- add(joint, of_joint("replacement", "any_condition", lrt, 1))
# Nine of A, four of B: outliers are replaced in A, flagged in B.
sheet <- data.frame(condition = rep(c("A", "B"), c(9, 4)), row.names = sprintf("s%02d", 1:13))
counts <- simulate(mu, moved(n, 1, 60, 1, sheet$condition == "B"), sheet)
for (gene in 1:13 * 15) counts[gene, gene %/% 15] <- as.integer(8 * max(counts[gene, ]) + 100)
counts[398, ] <- 0L; counts[398, 3] <- 900L
dds <- fit(counts, sheet, ~ condition)
keep("unbalanced", counts, sheet)
dispersed <- add(dispersed, of_dispersions("unbalanced", dds))
wald <- add(wald, of_wald("unbalanced", "B_vs_A", dds))

# Two against two; many zeros; large counts.
for (shape in c("few", "zeros", "large")) {
  set.seed(match(shape, c("few", "zeros", "large")) + 6)
  n <- 400
  each <- if (shape == "few") 2 else 5
  sheet <- data.frame(condition = rep(c("A", "B"), each = each), row.names = sprintf("s%02d", seq_len(2 * each)))
  mu <- rlnorm(n, c(few = 4.5, zeros = 0.7, large = 12)[[shape]], c(few = 1.4, zeros = 1, large = 1)[[shape]])
  if (shape == "zeros") mu[1:20] <- 100  # without them no gene would be without a zero
  in_b <- sheet$condition == "B"
  dispersion <- if (shape == "large") 0.1 * rlnorm(n, 0, 0.5) + 3e3 / mu else 0.05 + 2 / mu
  counts <- simulate(mu, moved(n, 1, 60, 1.2, in_b) + moved(n, 61, 120, -1.2, in_b), sheet, dispersion)
  dds <- fit(counts, sheet, ~ condition)
  keep(shape, counts, sheet)
  dispersed <- add(dispersed, of_dispersions(shape, dds))
  wald <- add(wald, of_wald(shape, "B_vs_A", dds))
}

# apeGLM's posterior (Zhu, Ibrahim and Love 2019): mode and curvature of one coefficient, by optim from two starts.
# Cauchy prior of a given scale on that coefficient, normal with standard deviation 15 on the others, natural log.
posterior <- function(counts, dds, design, index, scale, rows) {
  offset <- log(sizeFactors(dds))
  one <- function(gene) {
    y <- counts[gene, ]; size <- 1 / dispersions(dds)[gene]
    f <- function(b) {
      eta <- drop(design %*% b) + offset
      -sum(y * eta - (y + size) * log(size + exp(eta))) + log1p((b[index] / scale)^2) + sum(b[-index]^2) / (2 * 15^2)
    }
    g <- function(b) {
      share <- 1 / (1 + size * exp(-drop(design %*% b) - offset))
      d <- drop(crossprod(design, (y + size) * share - y)) + b / 15^2
      d[index] <- d[index] - b[index] / 15^2 + 2 * b[index] / (scale^2 + b[index]^2)
      d
    }
    start <- qr.coef(qr(design), log(y + 0.5) - offset)
    zero <- start; zero[index] <- 0
    found <- lapply(list(start, zero), function(s) {
      for (i in 1:5) s <- optim(s, f, g, method = "BFGS", control = list(maxit = 5000, reltol = 1e-16))$par
      list(par = s, value = f(s))
    })
    best <- found[[which.min(c(found[[1]]$value, found[[2]]$value))]]
    hessian <- optimHess(best$par, f, g, control = list(ndeps = rep(1e-4, length(start))))
    c(mode = best$par[[index]], sd = sqrt(solve(hessian)[[index, index]]), objective = unname(best$value))
  }
  data.frame(gene_id = rownames(counts)[rows], dispersion = dispersions(dds)[rows], t(sapply(rows, one)))
}
rows <- c(1:30, 61:80, 201:230)
for (scale in c(0.2, 1)) {
  two <- posterior(two_counts, two_dds, model.matrix(~ condition, colData(two_dds)), 2, scale, rows)
  hand <- posterior(nested_counts, nested_dds, by_hand + 0, 12, scale, rows)
  shrunk <- add(shrunk, data.frame(shape = "two_groups", test = "B_vs_A", scale, two))
  shrunk <- add(shrunk, data.frame(shape = "nested", test = "difference.NMN_vs_Placebo", scale, hand))
}

tables <- do.call(rbind, wald)
for (shape in unique(tables$shape)) write_gz(tables[tables$shape == shape, -1], paste0(shape, ".wald.tsv.gz"))
write_gz(do.call(rbind, dispersed), "dispersions.tsv.gz")
write_gz(do.call(rbind, joint), "joint.tsv.gz")
write_gz(do.call(rbind, shrunk), "shrinkage.tsv.gz")
writeLines(c(R.version.string, paste("DESeq2", packageVersion("DESeq2"))), "versions.txt")
