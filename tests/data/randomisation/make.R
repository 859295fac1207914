# Randomisation tests and Hodges-Lehmann estimates of base R: Rscript make.R, in this folder.
# Writes expected.tsv and versions.txt.
set.seed(11)
cases <- list(
  seven_and_six = list(x = round(rnorm(7, 0.4), 3), y = round(rnorm(6), 3)),
  four_and_nine = list(x = round(rnorm(4, 0.8), 3), y = round(rnorm(9), 3)),
  twelve_alone = list(x = round(rnorm(12, 0.4), 3), y = numeric(0)),
  seven_alone = list(x = round(rnorm(7, -0.9), 3), y = numeric(0)),
  three_alone = list(x = c(0.31, 0.52, 1.7), y = numeric(0))
)
rows <- lapply(names(cases), function(name) {
  x <- cases[[name]]$x
  y <- cases[[name]]$y
  if (length(y)) {
    values <- c(x, y)
    treated <- combn(length(values), length(x))
    differences <- apply(treated, 2, function(i) mean(values[i]) - mean(values[-i]))
    p <- mean(abs(differences) >= abs(mean(x) - mean(y)) - 1e-10)
    student <- t.test(x, y)
    ranks <- wilcox.test(x, y, conf.int = TRUE, exact = TRUE)
  } else {
    signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), length(x))))
    p <- mean(abs(signs %*% x) >= abs(sum(x)) - 1e-10)
    student <- t.test(x)
    ranks <- suppressWarnings(wilcox.test(x, conf.int = TRUE, exact = TRUE))
  }
  data.frame(
    case = name, x = paste(x, collapse = " "), y = paste(y, collapse = " "), p_value = p,
    ci_low = student$conf.int[1], ci_high = student$conf.int[2],
    hodges_lehmann = unname(ranks$estimate), hl_ci_low = ranks$conf.int[1], hl_ci_high = ranks$conf.int[2]
  )
})
write.table(do.call(rbind, rows), "expected.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
writeLines(R.version.string, "versions.txt")
