module github.com/libannoproj/libannoproj/bindings/go

go 1.19
